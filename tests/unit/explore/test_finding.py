"""One finding in a notebook: which one is meant, the data behind it, and what is to be dug into later."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import prodmeet_kit
from prodmeet_kit.archive import layout
from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.explore.finding_names import which
from prodmeet_kit.minutes.explorations import Exploration, open_explorations
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import freeze
from tests.support.reviews import review

LATE = [
    {"id": "INC-1", "title": "Slow", "services": ["cart"], "start": "2026-11-20", "end": "2026-11-21"},
    {"id": "INC-2", "title": "Slow again", "services": ["cart"], "start": "2026-11-21", "end": "2026-11-22"},
]


@pytest.fixture(scope="module")
def demo() -> Review:
    return prodmeet_kit.open_review()


# Which one is meant


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("slo:web/latency", "slo:web/latency"),
        ("web/latency", "slo:web/latency"),
        (" Web/Latency ", "slo:web/latency"),
        ("slo_missed/web/latency", "slo:web/latency"),  # as minutes of version 1 have it
        ("INC-51", "outage:INC-51"),
        ("inc-51", "outage:INC-51"),
        ("CH-31", "change:CH-31"),
        ("WebHighCPU", "alert:WebHighCPU/web"),
        ("cart/memory", "resource:cart/memory"),
    ],
)
def test_a_finding_is_found_by_its_subject_and_by_what_people_call_it(demo: Review, text: str, subject: str) -> None:
    found = demo.finding(text)
    assert found.subject == subject
    assert subject in {*found.finding.subjects, *(cause for _, one in found.finding.facets for cause in one.same_as)}


def test_every_finding_opens_by_its_subject_and_by_its_short_form_unless_that_is_of_two(demo: Review) -> None:
    for each in demo.findings:
        assert demo.finding(each.subject).finding is each
    assert demo.finding().finding is demo.findings[0]


def test_an_id_of_an_action_item_opens_the_finding_it_is_told_with(demo: Review) -> None:
    items = [
        (each, one.subject.partition(":")[2])
        for each in demo.findings
        for _, one in each.facets
        if one.subject.startswith("action_item:")
    ]
    assert items
    assert all(demo.finding(identity).finding is each for each, identity in items)


def test_what_two_findings_are_called_is_refused_with_both() -> None:
    findings = [["alert:Slow/web", "slo:web/latency"], ["alert:Slow/cart"], ["outage:INC-1"]]
    with pytest.raises(InputError, match=r"^Slow names more than one finding: write alert:Slow/web or .*cart$"):
        which("Slow", findings)
    assert which("Slow/cart", findings) == (1, "alert:Slow/cart")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web/latncy", "^there is no finding about web/latncy: write slo:web/latency"),
        ("INC-5", "^there is no finding about INC-5: write outage:INC-5[12]"),
        ("moon", "^there is no finding about moon: write slo:web/latency, .* more in review.findings$"),
        ("cart/latency", r'^nothing was found about cart/latency: review.slo\("cart/latency"\) shows it$'),
        ("load:cart/requests", r'^nothing was found about .*: review.compare\("load/cart/requests"\) shows it$'),
    ],
)
def test_what_no_finding_is_about_is_said_in_one_line_with_the_nearest(demo: Review, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        demo.finding(text)
    assert "\n" not in str(caught.value)


# What is behind it


def test_an_slo_has_its_own_series_and_the_loads_of_its_service(demo: Review) -> None:
    found = demo.finding("web/latency")
    assert next(iter(found.series)) == "web/latency"
    assert "web/requests" in found.series and not any(str(name).startswith("cart/") for name in found.series)
    assert found.series["web/latency"].dropna().equals(demo.slo("web/latency").frame["sli"].dropna())
    assert set(found.queries["key"].str.split("/").str[1]) == {"web"}
    assert {"CH-31"} <= set(found.frame["id"]) and set(found.frame["service"]) <= {"web", "web, cart", "cart, web", ""}
    assert len(found.facets) == len(found.finding.facets)


def test_what_is_about_nothing_measured_has_everything_of_its_services() -> None:
    made = review({"incidents": LATE}, values={"load/": 1.0, "resource/": 2.0})
    assert list(made.finding("INC-2").series) == ["cart/requests", "cart/memory"]
    bare = review({"topics": [{"id": "T-1", "kind": "topic", "text": "Split?", "added": "2026-11-20"}]})
    found = bare.finding("T-1")
    assert found.series.empty and found.queries.empty


# What is to be dug into later


def test_what_is_filed_is_in_the_minutes_with_its_place_in_the_report(demo: Review, tmp_path: Path) -> None:
    filed = demo.finding("web/latency").dig_later("why only on Sundays?", who="mika", folder=tmp_path)
    ((identity, entry),) = open_explorations(tmp_path / "minutes", "demo").items()
    assert entry == Exploration(
        id=identity, subject="slo:web/latency", note="why only on Sundays?", who="mika", meeting="2026-11-23",
        link=f"report.html#{finding_id('slo:web/latency')}",
    )  # fmt: skip
    assert filed.path.is_file() and str(filed.path) in repr(filed)
    assert 'review.finding("slo:web/latency").explored("...")' in repr(filed)
    again = demo.finding("slo:web/latency").dig_later("Why only on Sundays?", who="mika", folder=tmp_path)
    assert again.path == filed.path


def test_it_is_closed_from_the_finding_and_of_several_by_id(demo: Review, tmp_path: Path) -> None:
    found = demo.finding("web/latency")
    with pytest.raises(InputError, match="slo:web/latency: nothing is open to be dug into"):
        found.explored("x", folder=tmp_path)
    found.dig_later("why?", folder=tmp_path)
    found.explored("The backup job", folder=tmp_path)
    assert open_explorations(tmp_path / "minutes", "demo") == {}
    found.dig_later("why?", folder=tmp_path)
    found.dig_later("since when?", folder=tmp_path)
    first, second = open_explorations(tmp_path / "minutes", "demo")
    with pytest.raises(InputError, match=rf"say which, explored\(..., identity=...\): {first} .*{second} "):
        found.explored("x", folder=tmp_path)
    found.explored("x", first, folder=tmp_path)
    assert list(open_explorations(tmp_path / "minutes", "demo")) == [second]


def test_the_minutes_are_those_beside_the_parameters_of_the_product(tmp_path: Path) -> None:
    report = tmp_path / "reports" / "shop" / "2026-11-23"
    report.mkdir(parents=True)
    freeze(review({"incidents": LATE}).facts, report / "snapshot")
    opened = prodmeet_kit.open_review(snapshot=report, folder=tmp_path)
    with pytest.raises(InputError, match='say where, folder="DIR" that holds minutes/'):
        opened.finding("INC-1").dig_later("why?")
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").touch()
    opened = prodmeet_kit.open_review(snapshot=report, folder="/")
    assert opened.home == opened.live(tmp_path).home == tmp_path
    assert opened.finding("INC-1").dig_later("why?").path.parent == tmp_path / "minutes" / "shop" / "explorations"


# The command


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text("product: shop\nservices:\n  - name: cart\n")
    return tmp_path


def prodmeet(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(home), "add", "shop", *words], prog_name="prodmeet")


def test_the_command_files_about_a_finding_of_the_newest_report(home: Path) -> None:
    report = home / "reports" / "shop" / "2026-11-23"
    report.mkdir(parents=True)
    (report / layout.RECORD).write_text(record_text(record(review({"incidents": LATE}, values={"load/": 1.0}))))
    (home / "reports" / "shop" / layout.LATEST).write_text("2026-11-23")
    done = prodmeet(home, "Why twice?", "--kind", "exploration", "--about", "inc-2", "--owner", "mika")
    assert (done.exit_code, done.stderr) == (0, "")
    ((identity, entry),) = open_explorations(home / "minutes", "shop").items()
    assert (entry.subject, entry.note, entry.who, entry.meeting) == ("outage:INC-2", "Why twice?", "mika", "2026-11-23")
    assert entry.link.startswith("report.html#finding-")
    wrong = prodmeet(home, "Why?", "--kind", "exploration", "--about", "INC-3")
    assert (wrong.exit_code, len(open_explorations(home / "minutes", "shop"))) == (2, 1)
    assert wrong.stderr.startswith("prodmeet: there is no finding about INC-3: write outage:INC-")
    closed = prodmeet(home, "The same bug", "--closes", identity)
    assert (closed.exit_code, open_explorations(home / "minutes", "shop")) == (0, {})
    assert "found: The same bug" in Path(closed.stdout.strip()).read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why?", "--kind", "exploration"], "--about: an exploration needs it"),
        ([" ", "--about", "slo:cart/x"], "note is"),
        (["why?", "--about", "slo:cart/x", "--kind", "toil"], "--about and --closes are for an exploration"),
        (["why?", "--about", "slo:cart/x", "--minutes", "5"], "--about and --closes are for an exploration"),
        (["why?", "--closes", "dig-1"], "no open exploration dig-1 of shop: none is open"),
        (["why?", "--closes", "dig-1", "--about", "slo:cart/x"], "--about: an exploration that is closed has its own"),
    ],
)
def test_a_wrong_option_is_refused_and_nothing_is_written(home: Path, words: list[str], said: str) -> None:
    done = prodmeet(home, *words)
    assert done.exit_code == 2 and said in done.stderr
    assert not (home / "minutes").exists()


def test_without_a_report_it_is_filed_as_it_is_written(home: Path) -> None:
    assert prodmeet(home, "why?", "--about", "slo:cart/latency").exit_code == 0
    ((_, entry),) = open_explorations(home / "minutes", "shop").items()
    assert (entry.subject, entry.link) == ("slo:cart/latency", "")
