"""What a forked process does in the tests of the fork server: what its first argument says."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Tell about this process, or end as it is told to."""
    what, *rest = sys.argv[1:]
    if what == "tell":
        told = {
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
            "read": sys.stdin.read(),
            "random": random.random(),
            "loaded": "prodmeet_kit.review" in sys.modules,
            "descriptors": sorted(int(path.name) for path in Path("/proc/self/fd").iterdir()),
        }
        print(json.dumps(told))
    elif what == "end":
        sys.exit(int(rest[0]))
    elif what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "sleep":
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        print("begun", flush=True)
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            Path(rest[0]).write_text("cleaned up")
