"""What a process that runs a notebook inherits from us: the variables named here, and what somebody asks for by name.

A list of what is needed, not of what is secret: nobody knows the names of other people's credentials.
"""

from __future__ import annotations

import ctypes
import os
import re
import site
from collections.abc import Iterable
from pathlib import Path

__all__ = ["TO_REACH_SERVERS", "end_with_parent", "inherited"]

_PR_SET_PDEATHSIG = 1

_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|TERM|COLUMNS|LINES|NO_COLOR"  # who and where we are
    r"|LANG|LANGUAGE|LC_[A-Z]+|TZ|TZDIR"
    r"|PYTHON[A-Z0-9]+|VIRTUAL_ENV|CONDA_PREFIX|(DY)?LD_LIBRARY_PATH|DYLD_FALLBACK_LIBRARY_PATH"  # Python and libraries
    r"|(OMP|OPENBLAS|MKL|NUMEXPR|BLIS|VECLIB)_(NUM|MAXIMUM)_THREADS|ARROW_[A-Z_]+|MALLOC_[A-Z_]+"  # their size
    r"|MPL(BACKEND|CONFIGDIR)|XDG_(CACHE|CONFIG|DATA|RUNTIME)_[A-Z]+"
)

TO_REACH_SERVERS = (
    *(f"{kind}_proxy" for kind in ("http", "https", "all", "no")),
    *(f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "ALL", "NO")),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""Variables that say how servers are reached: for a notebook that asks sources, not for one that reads frozen facts."""


def inherited(also: Iterable[str] = ()) -> dict[str, str]:
    """Our environment, as far as Python needs it or ``also`` names it; with the way to a checkout."""
    wanted = set(also)
    found = {name: value for name, value in os.environ.items() if name in wanted or _NEEDED.fullmatch(name)}
    root = str(Path(__file__).resolve().parents[2])
    if root not in site.getsitepackages():  # a checkout that is not installed
        known = found.get("PYTHONPATH")
        found["PYTHONPATH"] = f"{root}{os.pathsep}{known}" if known else root
    return found


def end_with_parent(number: int) -> None:
    """Have the kernel of Linux send this process the signal when its parent ends, however that is."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
