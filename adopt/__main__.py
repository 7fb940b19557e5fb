"""`python -m adopt`."""

from adopt.commands import run

if __name__ == "__main__":
    run()
