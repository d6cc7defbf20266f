"""Events as they happened, and the counters a scrape sees of them.

Each minute of a pod is cut in two at its scrape, so that the events before and
after a scrape are known apart: what a counter shows, what a restart lost, and
what truly happened between any two whole minutes all come from the same draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prodmeet_kit.demo.shape import MINUTE, Floats, Ints

__all__ = ["PodEvents", "counter_at", "draw_events", "since_restart"]


@dataclass(frozen=True)
class PodEvents:
    """What one pod served. Arrays have the shape (minutes, 2): before and after the scrape of each minute.

    ``codes`` maps a status code to requests; ``slower`` maps a bucket's bound
    to requests slower than it. ``offset`` is the second of the minute at which
    the pod is scraped.
    """

    pod: str
    offset: float
    restarts: Ints
    codes: Mapping[str, Ints]
    slower: Mapping[str, Ints]

    @property
    def total(self) -> Ints:
        """All requests."""
        result: Ints = np.sum(list(self.codes.values()), axis=0)
        return result

    @property
    def failed(self) -> Ints:
        """Requests answered with a 5xx."""
        result: Ints = np.sum([events for code, events in self.codes.items() if code.startswith("5")], axis=0)
        return result


def draw_events(
    random: np.random.Generator,
    *,
    pod: str,
    offset: float,
    restarts: Ints,
    rate: Floats,
    errors: Floats,
    not_found: float,
    slower: Mapping[str, Floats],
) -> PodEvents:
    """Draw a pod's requests from its rate per second and the shares of each minute."""
    seconds = np.array([offset, MINUTE - offset])
    total = random.poisson(rate[:, None] * seconds).astype(np.int64)
    failed = random.binomial(total, errors[:, None])
    absent = random.binomial(total - failed, not_found)
    # One server's fault in six is a refusal to work (503), the rest plain failures (500).
    refused = random.binomial(failed, 1 / 6)
    codes = {"200": total - failed - absent, "404": absent, "500": failed - refused, "503": refused}
    slow: dict[str, Ints] = {}
    left, share_left = total, np.ones(len(rate))
    for bound, share in slower.items():  # bounds rise: who is slower than 0.3 s is among the slower than 0.1 s
        left = random.binomial(left, np.clip(share / share_left, 0, 1)[:, None])
        slow[bound], share_left = left, np.maximum(share, 1e-12)
    return PodEvents(pod, offset, restarts, codes, slow)


def since_restart(minutes: int, restarts: Ints) -> Ints:
    """For each minute, the minute at which the process that is scraped in it started."""
    return restarts[np.searchsorted(restarts, np.arange(minutes), side="right") - 1]


def counter_at(events: Ints, restarts: Ints) -> Ints:
    """What the counter shows at the scrape of each minute: events since the process started.

    Events after a scrape and before a restart are in no scrape: lost, as in
    life. A restart falls on the start of a minute.
    """
    so_far = np.cumsum(events.ravel())
    at_scrape = so_far[::2]
    before_minute = np.concatenate([[0], so_far[1::2]])[:-1]
    result: Ints = at_scrape - before_minute[since_restart(len(events), restarts)]
    return result
