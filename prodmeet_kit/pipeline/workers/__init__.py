"""Processes that start warm: forked from one that has imported everything and knows nothing (:mod:`.server`).

Linux alone: elsewhere libraries are known not to survive a fork, and processes start afresh as they always did.
"""

from __future__ import annotations

from prodmeet_kit.pipeline.workers.forking import Forked, ForkServer

__all__ = ["ForkServer", "Forked"]
