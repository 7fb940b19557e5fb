"""What every test of every room needs."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

# Generated files belong under .local/, also when pytest is run without `make`.
_CACHE = Path(__file__).resolve().parent.parent / ".local" / "cache"
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_CACHE / "hypothesis"))

# A machine that has other things to do must not fail a property.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
