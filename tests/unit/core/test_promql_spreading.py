"""Which queries may be asked for several values of a label at once."""

from __future__ import annotations

import pytest

from prodmeet_kit.core.promql.spreading import spreads


@pytest.mark.parametrize(
    "query",
    [
        'sum(x{job="a"}) or vector(0)',
        'absent(x{job="a"})',
        'sum(x{job="a"}) / scalar(sum(y{job="a"}))',
        'topk(1, x{job="a"})',
        'count_values("v", x{job="a"})',
        'sum(x{job="a"}) / sum(y)',
        'sum(x{job="a"}) / sum(y{job="b"})',
        'sum(x{job="a"}) / y{job="a"}',
        'sum by (pod) (x{job="a"}) / sum(y{job="a"})',
        'x{job="a"} / ignoring (job) y{job="a"}',
        'x{job="a"} * on (pod) y{job="a"}',
        'x{job="a"} * on (job) group_left y{job="a"}',
        'sum without (job) (x{job="a"})',
        'label_replace(x{job="a"}, "job", "b", "", "")',
        'sort(x{job="a"})',
        'x{job="a",job="a"}',
        'x{job="a" or job="b"}',
        'x{job=""}',
        'x{job=~"a"}',
        'sum(x{le="1"})',
        '{__name__="x"}',
        "sum(x)",
        "sum(",
    ],
)
def test_what_might_join_two_values_is_asked_as_it_stands(query: str) -> None:
    assert spreads(query) == ()


def test_each_label_that_every_selector_has_is_a_way() -> None:
    query = 'sum(x{job="a",env="e",code="500"}) / sum(x{job="a",env="e"})'
    found = {(each.label, each.value, each.keeps) for each in spreads(query)}
    assert found == {
        ("job", "a", False),
        ("env", "e", False),
    }
