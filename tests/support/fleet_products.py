"""A small product of one service and one SLO, many of which make a fleet."""

from __future__ import annotations

__all__ = ["product"]

_PRODUCT = """\
product: {name}
title: The shop {name}
sources:
  metrics: {{type: prometheus, url: "{url}"}}
{more}services:
  - name: web
    slos:
      - name: availability
        objective: 99.9
        window: 28d
        sli:
          events:
            error_query: sum(rate(http_requests_total{{code=~"5.."}}[{{{{.window}}}}]))
            total_query: sum(rate(http_requests_total[{{{{.window}}}}]))
"""


def product(name: str, url: str, more: str = "") -> str:
    """Its parameter file; ``more`` are further lines under ``sources``."""
    return _PRODUCT.format(name=name, url=url, more=more)
