"""``python -m prodmeet_kit`` is ``prodmeet``."""

from __future__ import annotations

from prodmeet_kit.cli import main

if __name__ == "__main__":
    main()
