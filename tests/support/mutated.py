"""Random damage to good JSON: keys that are gone, nulls, other types, huge numbers, strange strings, odd times."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

__all__ = ["mutated"]

_DEEP: Any = []
for _ in range(60):
    _DEEP = [_DEEP]

_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5e308,
    float("nan"),
    float("-inf"),
    "",
    "x" * 5000,
    "\ud800 half a character",
    "\x00\x1b[31m\u202e",
    "<script>alert(1)</script>",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00",
    "2026-02-30T10:00:00Z",
    "2026-11-20T10:00:00",
    "2026-11-20T10:00:00.123456789Z",
    "start: 0001-01-01\nend: 9999-12-31\nduration: 9999999999y\nservices: nobody\nseverity: \u96ea",
    "### Start\n\n" + "- [ ] x\n" * 50,
    [],
    {},
    [None],
    [[], {}, "label", 3],
    {"name": None, "id": 7, "summary": []},
    _DEEP,
)


def mutated(content: Any, random: Random) -> Any:
    """A copy with one to four places damaged."""
    copy = [deepcopy(content)]
    for _ in range(random.randint(1, 4)):
        at: Any = copy
        key: Any = 0
        while isinstance(at[key], dict | list) and at[key] and random.random() < 0.8:
            at = at[key]
            key = random.choice(list(at)) if isinstance(at, dict) else random.randrange(len(at))
        if isinstance(at, dict) and random.random() < 0.3:
            del at[key]
        else:
            at[key] = deepcopy(random.choice(_ODD))
    return copy[0]
