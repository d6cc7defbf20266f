"""PromQL read offline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prodmeet_kit import promql


def test_the_window_placeholder_is_filled_wherever_it_stands() -> None:
    query = "sum(rate(a[{{.window}}])) / sum(rate(b[{{ .window }}]))"
    assert promql.fill_window(query, timedelta(minutes=6)) == "sum(rate(a[6m])) / sum(rate(b[6m]))"


@pytest.mark.parametrize("query", ["sum(rate(x[5m])", "rate(x)", "foo{", ""])
def test_what_is_not_promql_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        promql.check(query)


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ('sum(rate(x{code=~"(4|5).."}[{{.window}}]))', False),
        ("sum(rate(a[{{.window}}])) - sum(rate(b[{{.window}}]))", False),
        ("sum(increase(x[{{.window}}]))", True),
        ("sum(increase(a[{{.window}}])) - sum(count_over_time(b[{{.window}}]))", True),
    ],
)
def test_a_rate_is_told_from_a_count(query: str, counts: bool) -> None:
    assert promql.counts_events(query) is counts


@pytest.mark.parametrize(
    "query",
    [
        "x",
        "rate(x[5m])",
        "avg_over_time(x[{{.window}}])",
        "sum(rate(a[{{.window}}])) + sum(increase(b[{{.window}}]))",
    ],
)
def test_a_query_whose_events_cannot_be_counted_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="count events with"):
        promql.counts_events(query)


@pytest.mark.parametrize(
    ("expression", "labels", "matches"),
    [
        ('severity="page"', {"severity": "page"}, True),
        ('severity="page"', {}, False),
        ('severity=~"page|critical"', {"severity": "critical"}, True),
        ('severity=~"page"', {"severity": "pager"}, False),
        ('severity!~"info|ticket"', {"severity": "page"}, True),
        ('severity!="info", team=""', {"severity": "page"}, True),
        ('severity="page" or team="sre"', {"team": "sre"}, True),
        ("", {"anything": "x"}, True),
    ],
)
def test_label_matchers_mean_what_they_mean_in_prometheus(
    expression: str, labels: dict[str, str], matches: bool
) -> None:
    assert promql.Matchers.parse(expression).match(labels) is matches


@pytest.mark.parametrize(
    ("labels", "matches"),
    [
        ({"team": "a", "severity": "page"}, True),
        ({"team": "a", "severity": "ticket"}, False),
        ({"team": "b", "severity": "critical"}, True),
        ({"team": "b", "severity": "page"}, False),
        ({"team": "c", "severity": "page"}, False),
    ],
)
def test_each_alternative_has_its_own_meaning_of_a_page(labels: dict[str, str], matches: bool) -> None:
    either = promql.Matchers.any_of([('team="a"', 'severity="page"'), ('team="b"', 'severity="critical" or x="y"')])
    assert either.match(labels) is matches
    assert either.match({"team": "b", "x": "y"})


def test_an_alternative_without_an_expression_matches_everything() -> None:
    assert promql.Matchers.any_of([("", ""), ('a="b"',)]).match({})
