"""`python -m fixcards`: the command by way of a certain interpreter."""

from __future__ import annotations

from fixcards.cli import main

if __name__ == "__main__":
    main()
