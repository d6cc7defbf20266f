"""PromQL read offline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prodmeet_kit.core import promql
from prodmeet_kit.core.placeholder import fill_window


def test_the_window_placeholder_is_filled_wherever_it_stands() -> None:
    query = "sum(rate(a[{{.window}}])) / sum(rate(b[{{ .window }}]))"
    assert fill_window(query, timedelta(minutes=6)) == "sum(rate(a[6m])) / sum(rate(b[6m]))"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sum(rate(x[5m])", "unclosed left parenthesis"),
        ("sum(x))", r"unexpected right parenthesis '\)'"),
        ("foo{", "braces?"),
        ('x{a="b}', 'unterminated quoted string "'),
        ("x{a=`b}", "unterminated quoted string `"),
        ("", "no expression"),
        ("  # a comment alone", "no expression"),
        ("x >", "something is missing beside >"),
        ("sum(x) by", "something is missing beside by"),
        ("rate(x[{{.rate_interval}}])", r"placeholder \{\{.rate_interval\}\} is not known"),
        ('x{job="{{.job}}"}', r"placeholder \{\{.job\}\} is not known"),
        ("rate(x[$__rate_interval])", "variable of a dashboard"),
        ("(" * 200 + "x" + ")" * 200, "more than 100 brackets"),
    ],
)
def test_what_is_wrong_in_every_dialect_is_refused(query: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        promql.check(query)


OF_OTHER_DIALECTS = [
    "rate(x)",
    "sum(rate(x[5m])) default 0",
    "sum(histogram_share(0.3, rate(x_bucket[5m])))",
    'WITH (f={a="b"}) sum(rate(x{f}[5m]))',
    "rate(x[5m]) keep_metric_names",
    "x[1h] offset 1i",
    "max_over_some_day(x[1d])",
    r"foo\-bar\{baz default 0",
    "+".join(["sum(rate(x[5m]))"] * 5000),
]


@pytest.mark.parametrize("query", OF_OTHER_DIALECTS, ids=lambda query: query[:30])
def test_what_only_the_parser_does_not_know_is_left_to_the_server(query: str) -> None:
    promql.check(query)
    assert promql.unread(query)
    assert promql.normal(f" {query}\n") == query
    assert promql.selectors(query) == []
    assert promql.comparison(query) is None
    assert not promql.is_ratio(query)


@pytest.mark.parametrize("query", [r"x{code=~`5\d\d`}", 'x{a=`"#(`}', '{"http.server.x"}', 'x{"a.b"="c"}', "x @ end()"])
def test_what_prometheus_itself_writes_is_read(query: str) -> None:
    promql.check(query)
    assert promql.unread(query) == ""
    assert promql.selectors(query)


def test_a_string_in_backticks_is_the_same_text_between_quotes() -> None:
    assert promql.normal(r"x{code=~`5\d\d`}") == promql.normal(r'x{code=~"5\\d\\d"}')
    assert promql.Matchers.parse(r"code=~`5\d\d`").match({"code": "503"})


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("sum(rate(x[{{.window}}])) default 0", False),
        ("WITH (f={a=`(`}) sum(increase_pure(x{f}[ {{.window}} ])) keep_metric_names", True),
        ("rate((x[{{.window}}])) default 0", False),
    ],
)
def test_a_rate_is_told_from_a_count_where_the_parser_gives_up(query: str, counts: bool) -> None:
    assert promql.counts_events(query) is counts


BAD, ALL = "sum(rate(bad[{{.window}}]))", "sum(rate(all[{{.window}}]))"


@pytest.mark.parametrize(
    ("query", "ratio"),
    [
        (f"{BAD} / {ALL}", True),
        (f"1 - {BAD} / {ALL}", True),
        (f"100 * ({BAD} / {ALL})", True),
        (f"{BAD} / {ALL} / 100", True),
        ("avg(rate(bad[{{.window}}]) / rate(all[{{.window}}]))", True),
        ("increase(bad[{{.window}}]) / on (job) group_left increase(all[{{.window}}])", True),
        (f"clamp_max({BAD} / {ALL}, 1) or vector(0)", True),
        (f"1 - ({BAD} default 0) / {ALL}", True),
        (f"sum(({BAD} default 0) / {ALL}) default 0", True),
        ("avg_over_time(job:errors:ratio_rate5m[{{.window}}])", True),
        ("1 - avg_over_time(apiserver_request:availability30d[{{.window}}])", True),
        ('slo:sli_error:ratio_rate1h{sloth_slo="requests"} or vector(0)', True),
        ("avg(avg_over_time(http_errors_percent[{{.window}}])) default 0", True),
        ("1 - avg(avg_over_time(probe_success[{{.window}}]))", True),
        ("max_over_time((errors_total / requests_total)[{{.window}}:1m])", True),
        ("sum_over_time(job:errors:increase5m[{{.window}}])", False),
        ("sum(increase(cache_ratio_total[{{.window}}]))", False),
        ("sum(count_over_time(up[{{.window}}])) - sum(sum_over_time(up[{{.window}}]))", False),
        (f"{BAD} * sampling_ratio", False),
        ("sum(increase(availability_zone_moves[{{.window}}]))", False),
        (BAD, False),
        (f"{BAD} / 1000", False),
        (f"{BAD} / {ALL} * {ALL}", False),
        (f"({BAD} default 0) / {ALL} * {ALL}", False),
        (f"{BAD} / scalar(count(up))", False),
        (f"{BAD} / replicas", False),
        (f"histogram_fraction(-Inf, 0.3, {ALL}) * histogram_count({ALL})", False),
        (f"{ALL} - {BAD}", False),
    ],
)
def test_a_query_that_is_a_share_of_events_is_a_ratio(query: str, ratio: bool) -> None:
    assert promql.is_ratio(query) is ratio


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
