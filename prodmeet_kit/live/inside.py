"""What runs inside the server process: JupyterLab, which ends with the command that started it, however that ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import prodmeet_kit._fast_imports  # noqa: F401 before any import of Jupyter's

__all__ = ["main"]

LOOK_S = 1.0
GRACE_S = 10.0


def main() -> None:
    """Run JupyterLab: the arguments are the process that started it, then JupyterLab's own."""
    starter = int(sys.argv[1])
    threading.Thread(target=_end_with, args=(starter,), daemon=True).start()
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(sys.argv[2:])


def _end_with(starter: int) -> None:
    """End this server and its kernels when its starter is gone: a killed one does not stop it."""
    while os.getppid() == starter:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
