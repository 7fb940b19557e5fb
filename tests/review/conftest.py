"""The local cloud for the plans that the engine makes while the tests run."""

from __future__ import annotations

from tests.stack.conftest import cloud as cloud
from tests.stack.conftest import deployed as deployed
from tests.stack.conftest import engine as engine
from tests.stack.conftest import plugins as plugins
from tests.stack.conftest import workbench as workbench
