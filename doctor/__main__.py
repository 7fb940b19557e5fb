"""`python -m doctor`."""

from __future__ import annotations

from doctor.commands import run

if __name__ == "__main__":
    run()
