"""`python -m review preview`: says in words what the next update would change."""

from __future__ import annotations

from review.commands import main

if __name__ == "__main__":
    main()
