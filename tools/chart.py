"""Draw one chart of a report as a page of its own, to look at while its code changes.

``python -m tools.chart`` lists the charts of the embedded demo, ``python -m
tools.chart "cart/availability: burn rate"`` draws those whose title holds these
words, ``--snapshot`` takes another report or snapshot. No server is asked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

import plotly.graph_objects as go

from prodmeet_kit import evidence
from prodmeet_kit.i18n.languages import use
from prodmeet_kit.render.drawn import draw
from prodmeet_kit.review import open_review

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """List the titles of the charts, or draw those that hold the words given; 1 when none does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="?", default="", help="words of its title; without any, the titles are listed")
    parser.add_argument("--snapshot", default="", help="a report's folder or a snapshot; the demo when absent")
    parser.add_argument("--language", default="", help="en or ja; the product's when absent")
    parser.add_argument("--out", type=Path, default=Path("reports/chart.html"), help="the page to write")
    given = parser.parse_args(arguments)
    review = open_review(snapshot=given.snapshot, language=given.language)
    figures = [each for item in review.items for each in item.evidence if isinstance(each, get_args(evidence.Figure))]
    found = [each for each in figures if given.words.lower() in each.title.lower()]
    if not given.words or not found:
        sys.stdout.writelines(f"{each.title}\n" for each in figures)
        return 0 if not given.words else 1
    with use(review.facts.product.language):
        drawn = [go.Figure(draw(each)) for each in found]
        parts = [each.to_html(full_html=False, include_plotlyjs=not n) for n, each in enumerate(drawn)]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(f'<!doctype html><meta charset="utf-8">{"".join(parts)}', encoding="utf-8")
    sys.stdout.write(f"{given.out}: {', '.join(each.title for each in found)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
