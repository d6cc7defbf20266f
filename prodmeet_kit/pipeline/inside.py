"""What runs inside the kernel process: the ordinary IPython kernel, with the heavy libraries loaded ahead."""

from __future__ import annotations

import gc
import sys

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's

__all__ = ["main"]


def main() -> None:
    """Start a kernel from the command line ``-f CONNECTION_FILE``; returns when it is asked to end."""
    # Imports make many objects and no garbage: collecting between them is lost time.
    gc.disable()
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize([*sys.argv[1:], "--HistoryManager.hist_file=:memory:"])
    _load()
    gc.freeze()
    gc.enable()
    app.start()


def _load() -> None:
    import prodmeet_kit.review
    import prodmeet_kit.snapshot

    del prodmeet_kit


if __name__ == "__main__":
    main()
