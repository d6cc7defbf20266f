"""What chance alone does to the share of bad events: intervals from textbooks.

- Wilson's score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, p. 209)
- the exact interval (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934, p. 404)

Both take events as independent; failures come in bursts, so the truth is wider.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p, nan, sqrt

__all__ = ["FEW_ALLOWED", "Z95", "beyond", "holds", "wilson"]

Z95 = 1.959963984540054
"""The 97.5% point of the normal distribution: two sides of 2.5% leave 95%."""

TAIL = 0.025
"""Beyond either end of a 95% interval."""

FEW_ALLOWED = 30
"""Own choice: where more is allowed, a service at half of that misses fewer than one window in ten thousand."""


def wilson(attainment: float, total: float) -> tuple[float, float]:
    """Wilson's 95% score interval of a share of good events among ``total`` (not whole when extrapolated).

    With p the share, n the total, z = 1.96: (p + z²/2n ± z·sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n).
    NaN without events. It takes events as independent; failures come in bursts, so the truth is wider.
    """
    if not total > 0:
        return nan, nan
    part = Z95**2 / total
    centre = (attainment + part / 2) / (1 + part)
    half = sqrt(part * attainment * (1 - attainment) + part**2 / 4) / (1 + part)
    return min(max(centre - half, 0.0), attainment), max(min(centre + half, 1.0), attainment)


def holds(share: float, bad: float, total: float) -> bool:
    """Whether the exact 95% interval of ``bad`` of ``total`` events holds a share.

    By its definition, which needs no end of it: neither so many bad events or more, nor so many or fewer, would be
    rarer than 2.5% among as many events that fail with that share. Counts are extrapolated: to the nearest whole
    event. Never at a share of 0 or 1, nor without events.
    """
    events = round(total)
    failed = min(round(bad), events)
    if not 0 < share < 1 or events < 1:
        return False
    expected = share * events
    if abs(failed - expected) > 10 * sqrt(expected) + 10:  # far beyond: no sum of a million terms for that
        return False
    fewer = _up_to(failed - 1, events, share)
    return 1 - fewer > TAIL and fewer + _exactly(failed, events, share) > TAIL


def beyond(bad: float, mean: float) -> float:
    """The Poisson probability of so many events or more, to the nearest whole one, where ``mean`` are expected.

    >>> round(beyond(3, 0.5), 4)
    0.0144
    """
    failed = round(bad)
    if failed <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if abs(failed - mean) > 10 * sqrt(mean) + 10:  # far beyond: no sum of a million terms for that
        return 0.0 if failed > mean else 1.0
    first = max(int(mean - 10 * sqrt(mean)) - 10, 0)
    fewer = sum(exp(number * log(mean) - mean - lgamma(number + 1)) for number in range(first, failed))
    return max(1 - fewer, 0.0)


def _up_to(most: int, events: int, share: float) -> float:
    return sum(_exactly(number, events, share) for number in range(most + 1))


def _exactly(number: int, events: int, share: float) -> float:
    """The binomial probability."""
    ways = lgamma(events + 1) - lgamma(number + 1) - lgamma(events - number + 1)
    return exp(ways + number * log(share) + (events - number) * log1p(-share))
