"""Write ``docs/glossary.md`` from the terms that reports explain on hover.

``make messages`` writes it; a test that ``make lint`` runs compares it.
"""

from __future__ import annotations

from pathlib import Path

from prodmeet_kit.i18n.glossary import TOPICS
from prodmeet_kit.i18n.languages import t, use

__all__ = ["PAGE", "main", "page"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "glossary.md"

_HEAD = """# Glossary

One word means one thing, in reports, messages, code and these pages. The terms are those of the SRE book and the SRE
Workbook; the Japanese is that of their Japanese editions. In a report, a heading with a dotted line shows its meaning
on hover. This page is written by `make messages` from `prodmeet_kit/i18n/glossary.py`: change it there.
"""


def page() -> str:
    """Return the whole page: a table for each topic, in the order of :data:`~prodmeet_kit.i18n.glossary.TOPICS`."""
    parts = [_HEAD]
    for topic, terms in TOPICS.items():
        lines = [f"## {topic} · {_japanese(topic)}", "", "| term | 用語 | meaning | 意味 |", "|---|---|---|---|"]
        lines += [
            f"| {each.name} | {_japanese(each.name)} | {each.meaning} | {_japanese(each.meaning)} |" for each in terms
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _japanese(message: str) -> str:
    with use("ja"):
        return t(message)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
