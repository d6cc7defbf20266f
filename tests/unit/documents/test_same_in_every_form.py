"""Everything a review says of one thing is the same wherever it says it: pages, Markdown, pre-read and JSON."""

from __future__ import annotations

import html
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.documents import preread
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import AgendaItem, Note, Table
from prodmeet_kit.i18n.languages import use
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.html import chunks
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.render.markdown_text import escape
from prodmeet_kit.render.tables import view
from prodmeet_kit.review import Review
from tests.support.counts import count
from tests.support.random_reviews import random_review

pytestmark = [pytest.mark.timeout(1200), pytest.mark.takes(10)]  # of the full counts

SEEDS = range(count(12, 500))


class Said:
    """One review, in each of its forms."""

    def __init__(self, review: Review):
        self.review = review
        self.json: dict[str, Any] = json.loads(record_text(record(review)))
        self.preread = preread.write(review)

    @property
    def items(self) -> tuple[AgendaItem, ...]:
        return (self.review.overview, *self.review.items)

    def tables(self) -> Iterator[tuple[AgendaItem, Table]]:
        for item in self.items:
            yield from ((item, each) for each in item.evidence if isinstance(each, Table))

    def many(self, kind: str, **wanted: Any) -> int:
        """How many rows of a kind have these values."""
        return sum(all(row[key] == value for key, value in wanted.items()) for row in self.json[kind])


@cache
def said(seed: int) -> Said:
    return Said(random_review(seed))


@pytest.fixture(params=SEEDS)
def of(request: pytest.FixtureRequest) -> Said:
    return said(request.param)


# Counts in headlines


def noise(of: Said) -> int:
    """Pages that are noise by what people said of their alert, else by the data."""
    return sum(int(row["of_verdict"]) for row in of.json["page_groups"] if row["shown_verdict"] == "noise")


COUNTS: dict[str, Any] = {
    r"(\d+) outages? went unpaged": lambda of: len(of.json["missed_events"]),
    r"(\d+) events? should have paged": lambda of: len(of.json["missed_events"]),
    r"(\d+) of them noise": noise,
    r"^(\d+) pages?, ": lambda of: len(of.json["pages"]),
    r"(\d+) for an outage": lambda of: of.json["paging_quality"]["precision"]["caught"],
    r"for an outage, (\d+) noise": noise,
    r"(\d+) of \d+ fast burns? paged": lambda of: of.json["paging_quality"]["recall"]["caught"],
    r"\d+ of (\d+) fast burns? paged": lambda of: of.json["paging_quality"]["recall"]["events"],
    r"(\d+) postmortems? missing": lambda of: (
        len({row["outage"] for row in of.json["incidents"] if row["postmortem_missing"]})
        + of.many("outages", written=False, postmortem_required=True)
    ),
    r"^(\d+) outages?[;.]": lambda of: len(of.json["incidents"]),
    r"(\d+) subjects? needs? attention": lambda of: len(of.json["attention"]),
    r"(\d+) alerts? (?:is|are) noise": lambda of: len(of.json["noise"]),
    r"SLOs met: (\d+) of \d+": lambda of: of.many("slos", state="OK"),
    r"SLOs met: \d+ of (\d+)": lambda of: len(of.json["slos"]),
}
"""What is counted in headlines and first answers, and the same count of ``review.json``."""


def sentences(of: Said) -> Iterator[str]:
    for item in of.items:
        yield from (item.headline, item.finding, *(answer for _, answer in item.brief))
        yield from (part.text for part in item.evidence if isinstance(part, Note))


def test_counts_in_headlines_are_those_of_the_json(of: Said) -> None:
    for text in sentences(of):
        for pattern, counted in COUNTS.items():
            for found in re.findall(pattern, text):
                assert int(found) == counted(of), (pattern, text)


def test_every_count_is_said_somewhere() -> None:
    """So that no pattern outlives its sentence."""
    texts = [text for seed in SEEDS for text in sentences(said(seed))]
    assert not [pattern for pattern in COUNTS if not any(re.search(pattern, text) for text in texts)]


# Counts of the JSON among each other


def test_pages_are_as_many_everywhere(of: Said) -> None:
    if of.json["glance"]["pages"] is None:
        assert of.json["paging_quality"]["precision"]["pages"] is None
        return
    pages = len(of.json["pages"])
    assert of.json["glance"]["pages"] == pages
    assert sum(row["count"] for row in of.json["page_groups"]) == pages
    assert sum(row["pages"] for row in of.json["paging_quality"]["by_alert"]) == pages
    assert sum(row["pages"] for row in of.json["page_load"]) == pages
    quality = of.json["paging_quality"]
    assert quality["precision"]["pages"] == pages
    assert sum(row["caught"] for row in of.json["page_groups"]) == quality["precision"]["caught"]
    assert sum(row["caught"] for row in quality["by_alert"]) == quality["precision"]["caught"]
    assert sum(row["told"] for row in of.json["pages"]) == quality["precision"]["caught"]
    verdicts = [each for row in of.json["page_groups"] for each in row["verdicts"].items()]
    shown = Counter(row["shown_verdict"] for row in of.json["pages"])
    assert {name: sum(n for each, n in verdicts if each == name) for name in shown} == shown


def test_a_page_has_the_verdict_of_its_group(of: Said) -> None:
    groups = {(row["alert"], row["service"]): row for row in of.json["page_groups"]}
    assert len(groups) == len(of.json["page_groups"])
    for row in of.json["noise"]:
        if row["page"]:
            assert groups[row["alert"], row["service"]]["shown_verdict"] == "noise", row["alert"]


def test_an_outage_is_either_paged_or_unpaged(of: Said) -> None:
    unpaged = {row["id"]: row for row in of.json["missed_events"]}
    for row in of.json["incidents"]:
        assert not (row["paged"] is True and row["id"] in unpaged), row["id"]
        if row["paged"] is True:
            assert not any(row["id"] in each["title"] for each in unpaged.values()), row["id"]
    assert len(unpaged) == len(of.json["missed_events"])


def test_budgets_are_the_same_in_each_table_of_the_json(of: Said) -> None:
    budgets = {(row["service"], row["name"]): row for row in of.json["error_budget"]}
    for row in of.json["slos"]:
        key = row["service"], row["name"]
        if key in budgets:
            assert budgets[key]["remaining"] == row["budget_remaining"]
            assert budgets[key]["remaining_before"] == row["budget_remaining_before"]
            assert budgets[key]["spent_since_last"] == row["budget_spent_since_last"]
        parts = [each for each in of.json["budget_parts"] if (each["service"], each["name"]) == key]
        if parts and row["budget_spent_since_last"] is not None:
            shares = [each["share"] or 0.0 for each in parts]
            assert sum(shares) == pytest.approx(row["budget_spent_since_last"], abs=1e-9)
            assert min(shares) >= -1e-9


def test_what_needs_attention_is_what_the_other_rows_say(of: Said) -> None:
    resources = {(row["service"], row["name"]): row for row in of.json["resources"]}
    slos = {(row["service"], row["name"]): row for row in of.json["slos"]}
    items = {row["id"]: row for row in of.json["action_items"]}
    for row in of.json["attention"]:
        key = row["service"], row["what"]
        if row["kind"] == "resource":
            assert row["value"] == resources[key]["days_to_full"]
        if row["kind"] == "slo":
            assert row["value"] == slos[key]["budget_spent_since_last"]
        if row["action_item"]:
            assert items[row["action_item"]]["status"] == "open"


def test_a_quiet_service_is_quiet(of: Said) -> None:
    quiet = set(of.json["quiet_services"]["services"])
    assert all(row["state"] == "OK" for row in of.json["slos"] if row["service"] in quiet)
    start = datetime.fromisoformat(of.json["window"]["start"])
    burned = {row["service"] for row in of.json["slo_events"] if datetime.fromisoformat(row["end"]) > start}
    assert not burned & quiet
    for kind in ("missed_events", "attention", "noise", "pages"):
        loud = {name for row in of.json[kind] for name in str(row["service"]).split(", ")}
        assert not loud & quiet, kind


# Minutes


def test_minutes_are_the_same_everywhere_and_never_more_than_the_meeting(of: Said) -> None:
    lines, agenda = of.json["agenda_lines"], {row["item"]: row["minutes"] for row in of.json["agenda"]}
    for item in of.review.items:
        assert item.minutes == agenda[item.key]
        assert agenda[item.key] == pytest.approx(sum(line["minutes"] for line in lines if line["item"] == item.key))
    assert all(line["minutes"] == 0 for line in lines if line["place"] == "annex")
    assert all(line["minutes"] > 0 for line in lines if line["place"] == "agenda")
    given = sum(agenda.values())
    whole = of.review.facts.product.meeting.duration.total_seconds() / 60
    assert given <= whole
    assert f"Time allocated: {write(given, 'number')} of {write(whole, 'number')} minutes." in of.preread
    assert sorted(line["rank"] for line in lines) == list(range(1, len(lines) + 1))
    assert len({line["subject"] for line in lines}) == len(lines)


def test_what_is_to_be_decided_is_counted_once(of: Said) -> None:
    asked = [question for item in of.review.items for question in item.questions]
    assert of.json["glance"]["to_decide"] == len(asked)
    assert len(set(asked)) == len(asked)


# Findings


def test_findings_are_the_lines_of_the_agenda(of: Said) -> None:
    found = of.json["findings"]
    lines = {line["subject"]: line for line in of.json["agenda_lines"]}
    assert len({each["subject"] for each in found}) == len(found)
    assert set(lines) == {each["subject"] for each in found}
    for each in found:
        line = lines[each["subject"]]
        assert (line["item"], line["place"], line["minutes"], line["rank"]) == (
            each["section"], each["place"], each["minutes"], each["rank"],
        )  # fmt: skip
    for row in of.json["agenda"]:
        mine = sum(each["minutes"] for each in found if each["section"] == row["item"])
        assert row["minutes"] == pytest.approx(mine)


def test_a_subject_belongs_to_one_finding(of: Said) -> None:
    owners: dict[str, str] = {}
    for each in of.json["findings"]:
        for subject in {each["subject"], *(facet["subject"] for facet in each["facets"] if facet["subject"])}:
            assert owners.setdefault(subject, each["subject"]) == each["subject"], subject


def test_what_is_to_be_decided_are_the_questions_of_findings_on_the_agenda(of: Said) -> None:
    asked = [each["question"] for each in of.json["findings"] if each["place"] == "agenda" and each["question"]]
    assert of.json["glance"]["to_decide"] == len(asked)
    shown = [question for item in of.review.items for question in item.questions]
    assert len(shown) == len(asked)
    assert all(any(told.endswith(question) for told in shown) for question in asked)


def test_the_headline_names_what_ranks_first(of: Said) -> None:
    here = sorted((each["rank"], each["headline"]) for each in of.json["findings"] if each["place"] == "agenda")
    told = of.review.overview.headline
    for _, headline in here[:2]:
        assert headline.rstrip(".").lower() in told.lower(), headline
    assert not [each for each in of.json["findings"] if each["place"] == "agenda" and not each["minutes"]]


def joined(of: Said) -> set[str]:
    """The subjects of findings that the pre-read tells together with others of their rule."""
    findings = of.review.findings
    kinds = [(each.section, each.place, bool(each.wanted), each.facets[0][1].rule) for each in findings]
    return {each.subject for each, kind in zip(findings, kinds, strict=True) if kinds.count(kind) >= 3}


def test_each_finding_stands_in_the_pre_read(of: Said) -> None:
    together = joined(of)
    for each in of.json["findings"]:
        if each["subject"] not in together:
            assert escape(each["headline"].rstrip(".")) in of.preread, each["subject"]


def test_what_a_finding_says_of_outages_and_pages_is_what_the_rows_say(of: Said) -> None:
    unpaged = {row["id"] for row in of.json["missed_events"]}
    for each in of.json["findings"]:
        kind, _, identity = each["subject"].partition(":")
        if kind == "outage" and "nobody was paged" in each["headline"]:
            assert identity in unpaged
        if kind == "outage" and identity in unpaged and of.json["glance"]["pages"] is not None:
            assert "nobody was paged" in " ".join([each["headline"], *each["sentences"]]), identity
        if kind == "slo":
            service, name = identity.split("/")
            (row,) = (row for row in of.json["slos"] if (row["service"], row["name"]) == (service, name))
            assert ("misses its objective" in each["headline"]) <= (row["state"] == "BAD")


# Tables


def numbers(value: Any) -> Iterator[float | str]:
    """Every number and text of the JSON; instants as seconds."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield float(f"{value:.9g}")
    else:
        yield value
        if re.match(r"\d{4}-\d\d-\d\dT", value):
            yield pd.Timestamp(value).timestamp()


MEASURED = {"number", "amount", "count", "percent", "change", "budget", "duration", "days", "time", "date"}


def test_every_number_in_a_table_is_in_the_json(of: Said) -> None:
    known = set(numbers(of.json))
    for item, table in of.tables():
        for column in (*table.columns, *table.details):
            if column.kind not in MEASURED or table.title.startswith("Behind the numbers"):
                continue  # how a query went stands with the query in the snapshot's manifest
            for value in table.frame[column.name]:
                number = value.timestamp() if isinstance(value, pd.Timestamp) else value
                if not isinstance(number, int | float) or not math.isfinite(number) or number == 0:
                    continue
                assert float(f"{number:.9g}") in known, (item.key, table.title, column.name, value)


IDENTITY = (("service", "name"), ("service", "what"), ("alert", "service"), ("id",), ("subject",))


def test_a_number_is_the_same_text_in_each_table(of: Said) -> None:
    seen: dict[tuple[Any, ...], tuple[str, str]] = {}
    for item, table in of.tables():
        with use("en"):
            shown = view(table, item.key, item.timezone, Anchors())
        columns = [column for column in table.columns if column.kind in MEASURED]
        places = {column.name: place for place, column in enumerate(shown.columns)}
        for record_, row in zip(table.frame.to_dict("records"), shown.rows, strict=True):
            for column in columns:
                text = row.cells[places[column.name]].text
                value = record_[column.name]
                if isinstance(value, float) and math.isnan(value):
                    continue
                for names in IDENTITY:
                    if all(name in record_ for name in names):
                        key = (*(str(record_[name]) for name in names), column.name, str(value))
                        before = seen.setdefault(key, (text, table.title))
                        assert before[0] == text, (key, before, table.title)


def test_a_state_is_that_of_the_json(of: Said) -> None:
    states = {(row["service"], row["name"]): row["state"] for row in of.json["slos"]}
    agenda = {row["item"]: row["state"] for row in of.json["agenda"]}
    for _, table in of.tables():
        if not any(column.name == "state" and column.kind == "state" for column in table.columns):
            continue
        for row in table.frame.to_dict("records"):
            if "objective" in row:
                assert row["state"] == states[row["service"], row["name"]]
            if "item" in row:
                assert row["state"] == agenda[row["item"]]
    assert agenda == {item.key: item.state for item in of.review.items}


# Forms


def plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_the_page_and_the_markdown_say_the_same_headlines_questions_and_rows(of: Said) -> None:
    for item in of.items:
        written = markdown(item)
        page = plain(" ".join(chunk for chunk in chunks(item) if isinstance(chunk, str)))
        for text in (item.headline, *item.questions):
            assert escape(text) in written, (item.key, text)
        said = any(view_.here for view_ in item.views) and not item.unchecked  # its findings say it
        views = [view_ for view_ in item.views if not view_.subject.startswith("all:")]
        in_views = [text for view_ in views for text in (view_.headline, view_.question)]
        for text in [*([] if said else [item.headline]), *in_views]:
            assert " ".join(text.split()) in page, (item.key, text)
        for table in (each for each in item.evidence if isinstance(each, Table)):
            with use("en"):
                shown = view(table, item.key, item.timezone, Anchors())
            for row in shown.rows:
                for cell in row.cells:
                    if not cell.text or cell.line:
                        continue
                    assert " ".join(cell.text.split()) in page, (item.key, table.title, cell.text)
                    assert table.folded or escape(cell.text) in written, (item.key, table.title, cell.text)


def test_the_pre_read_has_each_line_of_the_agenda_with_its_minutes(of: Said) -> None:
    together = joined(of)
    for line in of.json["agenda_lines"]:
        if line["subject"] not in together and line["place"] == "agenda":
            assert escape(f"{write(line['minutes'], 'number')} min: {line['reason']}") in of.preread, line["subject"]
