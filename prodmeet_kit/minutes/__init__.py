"""What people say at a meeting, saved as plain text files that live in git."""

from __future__ import annotations

from prodmeet_kit.minutes.entries import Decision, entries_of
from prodmeet_kit.minutes.store import Minutes, Saved

__all__ = ["Decision", "Minutes", "Saved", "entries_of"]
