"""minutes.md from the real files: decisions with reasons and history, what is carried, new action items, one page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from prodmeet_kit.core.window import Window
from prodmeet_kit.documents.minutes_md import write
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import freeze, reopen
from tests.support.answering import answering, shop
from tests.support.gathered import everything

END = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 10:00 in Tokyo
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="Asia/Tokyo")
TODAY = "2026-11-23"
MISSED = "slo_missed/cart/availability"
NEW = "New action items (what, owner, due, how we know it worked)"


def minutes(folder: Path) -> str:
    """The minutes of a product whose one SLO is missed, of what stands in the folder."""
    with answering(everything) as server:
        sources = {"metrics": {"url": server.url}, "action_items": [{"type": "minutes"}]}
        product = shop(timezone="Asia/Tokyo", sources=sources)
        facts = gather(product, WINDOW, folder=folder, minutes=folder / "minutes")
    return write(Review(reopen(freeze(facts, folder / "frozen"))))


def said(folder: Path, meeting: str, subject: str, decision: str, item: str = "metrics", **more: Any) -> None:
    content = {"subject": subject, "item": item, "meeting": meeting, "decision": decision, **more}
    Minutes(folder / "minutes", "shop").save("decisions", subject, content)


def item(folder: Path, identity: str, born: str, **more: Any) -> None:
    content = {"id": identity, "text": "Halve the retries", "born": born, "status": "open", **more}
    Minutes(folder / "minutes", "shop").save("action_items", identity, content)


def section(text: str, title: str) -> list[str]:
    """The lines with something in them below a heading."""
    lines = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0].split("\n\n", 1)[0].splitlines()
    return [line for line in lines if line]


def decisions(text: str) -> list[list[str]]:
    """The cells of the table of decisions, its heads left out."""
    return [[cell.strip() for cell in line[1:-1].split(" | ")] for line in section(text, "Decisions")[2:]]


def test_a_decision_stands_with_its_finding_who_until_when_and_how_it_is_checked(tmp_path: Path) -> None:
    said(tmp_path, TODAY, MISSED, "act", owner="ada", due="2026-12-01", note="the retries cost it")
    first, *_, empty = decisions(minutes(tmp_path))
    link = "report.html#finding-slo-cart-availability"
    assert first[0].startswith("[cart/availability misses its objective of 99.9%") and first[0].endswith(f"]({link})")
    assert first[1:] == ["act: the retries cost it", "ada", "2026-12-01", rf"[query]({link}) \<= 0.001"]
    assert not any(empty)  # room for more


def test_before_anything_is_decided_each_finding_has_its_line_to_write_in(tmp_path: Path) -> None:
    first, *_, empty = decisions(minutes(tmp_path))
    assert first[0].startswith("3 min: [cart/availability misses its objective of 99.9%")
    assert first[0].endswith("Which changes wait until it recovers?")
    assert first[1] == first[3] == ""
    assert not any(empty)


def test_what_people_fill_in_by_hand_has_its_place(tmp_path: Path) -> None:
    text = minutes(tmp_path)
    assert "\n- Present:\n- Chair and scribe:\n" in text
    assert section(text, "Carried over") == ["- "]
    assert section(text, NEW) == ["- "]


def test_the_third_time_in_six_meetings_is_said(tmp_path: Path) -> None:
    for day in ("2026-08-31", "2026-09-14", "2026-09-28", "2026-10-12", "2026-10-26", "2026-11-09"):
        said(tmp_path, day, "toil/T-1", "watch")
    for day in ("2026-08-31", "2026-09-28", "2026-11-09"):  # the first is the seventh meeting from the end
        said(tmp_path, day, MISSED, "watch")
    said(tmp_path, TODAY, MISSED, "decide")
    first = decisions(minutes(tmp_path))[0]
    assert first[0].endswith("(discussed at 3 of the last 6 meetings, including this one)")
    assert first[1] == "decided"


def test_what_was_carried_here_and_what_is_carried_on_are_told(tmp_path: Path) -> None:
    said(tmp_path, "2026-10-26", "toil/T-1", "carry")  # of the meeting before the last
    said(tmp_path, "2026-11-09", MISSED, "carry", note="no time")
    said(tmp_path, TODAY, "toil/T-2", "carry", item="toil", note="ada is away")
    before, on, room = section(minutes(tmp_path), "Carried over")
    assert before.startswith("- From the meeting of 2026-11-09: cart/availability misses its objective")
    assert "no time (discussed at 2 of the last 3 meetings, including this one)" in before
    assert (on, room) == ("- toil:T-2: ada is away", "- ")


def test_a_decision_about_what_is_no_longer_on_the_agenda_is_not_lost(tmp_path: Path) -> None:
    said(tmp_path, TODAY, "old/x", "drop", item="our_own_item")
    other = decisions(minutes(tmp_path))[0]
    assert other == ["old/x", "drop", "", "", ""]


def test_a_decision_written_without_its_item_is_that_of_its_finding(tmp_path: Path) -> None:
    said(tmp_path, TODAY, MISSED, "watch", item="", note="by hand")
    first, *_ = decisions(minutes(tmp_path))
    assert first[1] == "watch: by hand"


def test_an_act_that_nobody_is_to_do_is_told_and_does_not_count(tmp_path: Path) -> None:
    said(tmp_path, TODAY, MISSED, "act", owner="ada", note="half said")
    facts = gather(shop(timezone="Asia/Tokyo"), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes")
    assert Review(facts).analyses.meeting.decided_now.empty
    (path,) = (tmp_path / "minutes" / "shop" / "decisions").glob("*.yaml")
    (failure,) = [each for each in facts.failures if each.source == "decisions"]
    assert failure.message == f"{path}: the decision about {MISSED} does not count yet: add due"


def test_action_items_of_this_meeting_stand_before_an_empty_line(tmp_path: Path) -> None:
    verify = {"query": 'sum(rate(retries{a=~"b|c"}[5m]))', "expect": "<= 1"}
    item(tmp_path, "AI-1", TODAY, owner="ada", due="2026-12-01", verify=verify)
    item(tmp_path, "AI-2", "2026-11-09", owner="bob", due="2026-12-01")  # of the last meeting
    item(tmp_path, "AI-3", "2026-11-22T23:30:00+00:00", owner="eve", due="2026-12-02")  # 08:30 on the 23rd in Tokyo
    first, second, room = section(minutes(tmp_path), NEW)
    assert {first, second} == {
        r"""- AI-1 Halve the retries, owner ada, due 2026-12-01, `sum(rate(retries{a=~"b\|c"}[5m])) <= 1`""",
        "- AI-3 Halve the retries, owner eve, due 2026-12-02",
    }
    assert room == "- "


def test_action_items_of_a_meeting_are_there_without_a_source_in_the_parameters(tmp_path: Path) -> None:
    item(tmp_path, "AI-1", TODAY, owner="ada", due="2026-12-01")
    facts = gather(shop(timezone="Asia/Tokyo"), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes")
    assert "- AI-1 Halve the retries, owner ada, due 2026-12-01" in section(write(Review(facts)), NEW)


def test_the_meeting_itself_is_one_line(tmp_path: Path) -> None:
    store = Minutes(tmp_path / "minutes", "shop")
    for day, subject, planned, taken in (
        ("2026-11-09", "metrics", 10, 12.5),
        (TODAY, "metrics", 8, 11),
        (TODAY, "toil", 2, 1.5),
    ):
        content = {"subject": subject, "meeting": day, "planned": planned, "minutes": taken}
        store.save("durations", subject, content)
    (line,) = [line for line in minutes(tmp_path).splitlines() if line.startswith("- Meeting")]
    # in all 8 + 2 planned and 11 + 1.5 taken at this meeting
    assert line == (
        "- Meeting: took 12.5 of 10 minutes planned; 0 decisions; over time: Metrics 11 of 8; "
        "the meeting of 2026-11-09 took 12.5 of 10 minutes planned."
    )


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)> | [x](javascript:alert(1)) ## no\n# heading"
    said(tmp_path, TODAY, MISSED, "act", owner=bad, due="2026-12-01", note=bad)
    said(tmp_path, TODAY, "toil/T-2", "carry", note=bad)
    item(tmp_path, "AI-1", TODAY, owner=bad, due="2026-12-01")
    made = MarkdownIt("commonmark", {"html": True}).enable("table").render(minutes(tmp_path))
    assert "<img" not in made and 'javascript:alert(1)"' not in made
    assert made.count("<h1>") == 1
    # note and owner of the decision, note of what is carried, owner of the new item
    assert made.count("onerror=alert(1)") == 4


def test_the_files_shown_in_the_documentation_are_read(tmp_path: Path) -> None:
    told = (Path(__file__).parents[3] / "docs" / "meeting.md").read_text(encoding="utf-8")
    examples = [part.split("```", 1)[0] for part in told.split("```yaml\n")[1:]]
    for kind, start in (("decisions", "subject: slo:cart"), ("verdicts", "alert: WebHighCPU")):
        (text,) = [example for example in examples if example.startswith(start)]
        (tmp_path / "minutes" / "shop" / kind).mkdir(parents=True)
        (tmp_path / "minutes" / "shop" / kind / "by-hand.yaml").write_text(
            text.replace("service: web", "service: cart")
        )
    facts = gather(shop(timezone="Asia/Tokyo"), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes")
    assert [each.message for each in facts.failures if each.source in ("decisions", "verdicts")] == []
    decided, verdicts = facts.records["meeting_decisions"], facts.records["verdicts"]
    assert decided is not None and decided[["decision", "owner", "due"]].values.tolist() == [
        ["act", "ada", "2026-12-01"]
    ]
    assert verdicts is not None and verdicts["verdict"].tolist() == ["noise"]
