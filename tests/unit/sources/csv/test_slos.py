"""SLOs from a CSV file: the example of docs/slis.md with numbers worked out by hand, and refusals a person can fix."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.check import check_product, check_products
from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import load
from prodmeet_kit.pipeline.report import make_report
from prodmeet_kit.review import window_of

pytestmark = pytest.mark.takes(10)

END = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOCS = Path(__file__).parents[4] / "docs" / "slis.md"


def example() -> str:
    (text,) = re.findall(r"```yaml\n(product: archive\n.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return str(text)


def rows(days: int = 50) -> str:
    """An hour a row up to the meeting: 100 requests; 50 of them failed in four hours of the 20th, 10 on the 1st."""
    lines = ["time,requests,failed,down"]
    for number in range(days * 24):
        at = END - number * HOUR
        failed, down = "", "0"
        if datetime(2026, 11, 20, 1, tzinfo=UTC) <= at <= datetime(2026, 11, 20, 4, tzinfo=UTC):
            failed, down = "50", "0.5"
        elif at == datetime(2026, 11, 1, 12, tzinfo=UTC):
            failed = "10"
        lines.append(f"{at:%Y-%m-%dT%H:%MZ},100,{failed},{down}")
    return "\n".join([lines[0], *reversed(lines[1:])]) + "\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("parameters").mkdir()
    Path("parameters/archive.yaml").write_text(example(), encoding="utf-8")
    Path("parameters/archive.csv").write_text(rows(), encoding="utf-8")
    return tmp_path


def test_the_example_of_the_documents_gives_the_numbers_worked_out_by_hand(home: Path) -> None:
    product = load("archive", home / "parameters")
    window = window_of(product, end=END.isoformat(), now=END)
    found = Analyses(gather(product, window, folder=home / "parameters"))
    events, uptime = found.slo.summary.to_dict("records")
    # 28 days of 24 rows of 100 requests; 4 rows with 50 failures, one with 10.
    assert (events["total"], events["bad"]) == (67_200, 210)
    assert events["attainment"] == pytest.approx(1 - 210 / 67_200)
    # 1% of 67,200 is a budget of 672 failures: 210 are gone, 200 of them in the last 14 days.
    assert events["budget_remaining"] == pytest.approx(1 - 210 / 672)
    assert events["budget_spent_since_last"] == pytest.approx(200 / 672)
    assert events["burn_rate"] == pytest.approx(200 / 33_600 / 0.01)
    # At the last meeting the window held the 10 failures of the 1st alone, of 672 rows that are all there.
    assert events["budget_remaining_before"] == pytest.approx(1 - 10 / 672)
    assert (events["state"], events["missing_fraction"]) == ("OK", 0)
    # A mean of 672 rows, 4 of them 0.5: 2 hours of 672, which weigh time.
    assert (uptime["weight"], uptime["total"]) == ("time", 28 * 86_400)
    assert uptime["bad"] == pytest.approx(2 * 3600)
    assert uptime["attainment"] == pytest.approx(1 - 2 / 672)
    # Each step of the trend holds its own row and no part of the next.
    trend = found.slo.trends["cart/availability"]
    assert dict(trend.loc["2026-11-20 04:00+00:00"]) == {"total": 100, "bad": 50}
    assert set(trend["total"].dropna()) == {100.0}
    assert trend["bad"].sum() == 210
    assert found.capacity.loads.loc[0, "mean"] == 100
    event, _ = found.slo.events.sort_values("slo").to_dict("records")
    assert event["onset"] == datetime(2026, 11, 20, tzinfo=UTC)  # the row of 01:00 tells of the hour before it
    assert event["bad"] == 200


def test_a_report_is_made_of_it_with_nothing_left_unchecked(home: Path) -> None:
    made = make_report("archive", folder=home, start="2026-11-09", end="2026-11-23")
    assert made.failures == ()
    page = (made.path / "report.html").read_text(encoding="utf-8")
    assert "99.68%" in page  # 1 - 210 / 67,200 = 0.996875, never rounded up


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "sum_over_time(failed[{{.window}}])",
            "failed",
            (
                'sli.events.error_query is "failed": write sum_over_time(failed[{{.window}}]), with a column of the CSV'
                " file: its rows are added up"
            ),
        ),
        (
            "sum_over_time(requests[{{.window}}])",
            "sum(rate(requests[{{.window}}]))",
            (
                'sli.events.total_query is "sum(rate(requests[{{.window}}]))": write sum_over_time(requests'
                "[{{.window}}]), with a column of the CSV file: its rows are added up"
            ),
        ),
        (
            '"avg_over_time(down[{{.window}}])"',
            '"sum_over_time(down[{{.window}}])"',
            (
                'sli.raw.error_ratio_query is "sum_over_time(down[{{.window}}])": write avg_over_time(down'
                "[{{.window}}]), with a column of the CSV file: the mean of its rows is taken"
            ),
        ),
        (
            'raw: {error_ratio_query: "avg_over_time(down[{{.window}}])"}',
            "latency: {histogram: took, threshold: 1s}",
            "sli.latency is given: a CSV file cannot answer it: use events, good or raw",
        ),
        (
            "query: requests}]",
            'query: "sum(rate(requests[{{.window}}]))"}]',
            (
                'load[0].query is "sum(rate(requests[{{.window}}]))": write the name of a column of the CSV file:'
                " letters, digits and _"
            ),
        ),
    ],
)
def test_a_query_that_a_file_cannot_answer_is_refused_with_one_that_it_can(
    home: Path, old: str, new: str, says: str
) -> None:
    text = example()
    assert text.count(old) == 1
    (home / "parameters" / "archive.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ParametersError) as raised:
        load("archive", Path("parameters"))
    (problem,) = raised.value.problems
    assert re.fullmatch(r"parameters/archive\.yaml:\d+", problem.file)
    assert str(problem).endswith(says)
    assert f"{problem.key}{str(problem).partition(problem.key)[2]}".startswith("services[0].")


def test_a_step_is_asked_for_where_an_slo_is_counted_from_rows(home: Path) -> None:
    (home / "parameters" / "archive.yaml").write_text(example().replace(", step: 1h}", "}"), encoding="utf-8")
    with pytest.raises(ParametersError) as raised:
        load("archive", Path("parameters"))
    (problem,) = raised.value.problems
    assert str(problem) == (
        "parameters/archive.yaml:3: sources.metrics.step is missing: add it: how far apart the rows of the file are, as"
        " step: 1h"
    )


def told(home: Path) -> str:
    lines: list[str] = []
    check_products(["archive"], home, lines.append)
    return "\n".join(line for line in lines if line.startswith("failed"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "time,requests,faild,down\n2026-11-20T01:00Z,1,0,0\n",
            "archive.csv: there is no column failed: did you mean faild?",
        ),
        ("when,requests\n", "archive.csv:1: the first column is when: name the first column time"),
        ("time,requests,failed,down\nnow,1,0,0\n", 'archive.csv:2: time is "now": write ISO 8601, such as'),
        (
            "time,requests,failed,down\n2026-11-20T01:00Z,1,0,0\n2026-11-20T02:00Z,1,7%,0\n",
            'archive.csv:3: failed is "7%": write plain numbers such as 1234.5, without a unit',
        ),
        (
            "time,requests,failed,down\n2020-01-01T01:00Z,1,0,0\n",
            "archive.csv: the column requests has rows from 2020-01-01 01:00 to 2020-01-01 01:00 UTC, and none from ",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place_and_what_to_write(home: Path, text: str, says: str) -> None:
    file = home / "parameters" / "archive.csv"
    file.write_text(text, encoding="utf-8")
    found = told(home)
    assert says in found
    assert "{{.window}}" not in found and "metric name" not in found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "step: 1h",
            "step: 7m",
            ("step is 7m: the rows of parameters/archive.csv are 1h apart: write 1h, or a multiple of it such as 2h"),
        ),
        (
            "file:archive.csv",
            "file:nowhere.csv",
            "url is file:nowhere.csv, which does not exist: create parameters/nowhere.csv, or fix the path",
        ),
        (
            "file:archive.csv",
            "file:.",
            "url is file:., which cannot be read: give a file that may be read: Is a directory",
        ),
    ],
)
def test_a_setting_that_does_not_fit_the_file_is_told_once_by_check_and_in_the_report(
    home: Path, old: str, new: str, says: str
) -> None:
    (home / "parameters" / "archive.yaml").write_text(example().replace(old, new), encoding="utf-8")
    says = f"parameters/archive.yaml:3: sources.metrics.{says}"
    assert told(Path()).splitlines() == [
        f"failed  archive: source metrics (csv): {says}",
        "failed  archive: 13 queries: not tried, because the metric source does not answer",
    ]
    made = make_report("archive", folder=Path(), start="2026-11-09", end="2026-11-23")
    assert [failure.message for failure in made.failures] == [f"{says} (13 queries)"]


def test_a_file_that_begins_too_late_is_told_which_rows_it_lacks(home: Path) -> None:
    (home / "parameters" / "archive.csv").write_text(rows(days=20), encoding="utf-8")
    found = [str(each) for each in check_product("archive", home, now=END) if not each.well]
    # The window of 28 days at the last meeting begins 42 days before this one: on 12 October.
    assert found == [
        f"failed  archive: history cart/{name}: no row on {day}, where the review begins to look: add the rows from"
        " there on; what is younger than that has no comparison yet"
        for name, day in (("availability", "2026-10-12"), ("uptime", "2026-10-12"), ("requests", "2026-10-26"))
    ]


def test_a_query_of_the_notebook_that_a_file_does_not_know_is_told_what_it_knows(home: Path) -> None:
    from prodmeet_kit.core.errors import QueryRejected
    from prodmeet_kit.review import open_review

    review = open_review("archive", end="2026-11-23", folder=home)
    assert review.query("sum_over_time(failed[4h])", step="4h").frame["{}"].sum() == 200
    with pytest.raises(QueryRejected, match=r"archive\.csv: a CSV file answers the name of a column, sum_over_time"):
        review.query("sum(requests)")
