"""Findings as people see them: each said once, in the order of the meeting, and none lost with its picture."""

from __future__ import annotations

import pytest

from prodmeet_kit import open_review
from prodmeet_kit.agenda.views import pictures
from prodmeet_kit.agenda.views.pictures import picture
from prodmeet_kit.evidence import Chart, Note
from prodmeet_kit.evidence.finding_view import Picture
from prodmeet_kit.html_report.cells import cell_view
from prodmeet_kit.render import bundles
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.review import Review
from tests.support.sample_items import code_cell, notebook_of


@pytest.fixture(scope="module")
def demo() -> Review:
    return open_review()


def test_every_finding_has_one_view_in_the_order_of_the_meeting(demo: Review) -> None:
    assert sorted(view.subject for view in demo.views) == sorted(each.subject for each in demo.findings)
    here = [view.item for view in demo.views if view.here]
    agenda = [item.key for item in demo.items]
    assert here == sorted(here, key=agenda.index) and len(here) > 5
    assert [view.here for view in demo.views] == sorted((view.here for view in demo.views), reverse=True)
    assert [view for item in demo.items for view in item.views if view.here] == [v for v in demo.views if v.here]


def test_a_view_says_nothing_twice(demo: Review) -> None:
    for view in demo.views:
        said = [view.headline, view.question, *view.also, *view.sentences, *view.facets]
        assert len(set(said)) == len(said)
        assert view.headline.rstrip(".") not in view.why


def test_a_picture_that_breaks_costs_itself_and_says_so(demo: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Picture:
        raise ValueError("no such series")

    found = next(each for each in demo.findings if each.subject == "slo:web/latency")
    assert picture(demo.analyses, found).figure is not None
    monkeypatch.setitem(pictures.PICTURES, "slo", broken)
    made = picture(demo.analyses, found)
    assert made.figure is None
    (said,) = made.folded
    assert isinstance(said, Note) and "ValueError: no such series" in said.text


def test_in_the_report_the_figure_is_inside_its_finding_and_what_is_folded_in_one_fold(demo: Review) -> None:
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}} for data in bundles(demo.metrics)]
    cell = cell_view(notebook_of([code_cell("review.metrics", 1, outputs)]).cells[0], str)
    assert cell is not None
    texts = [block.text if block.kind == "html" else block.kind for block in cell.blocks]
    at = next(n for n, text in enumerate(texts) if f'id="{finding_id("slo:web/latency")}"' in text)
    assert texts[at].endswith('<div class="pm-plot">') and texts[at + 1] == "figure"
    assert texts.count("more") == 1
    before = "".join(texts[: texts.index("more")])
    assert before.count("<details") == before.count('<details class="pm-service"') and "<details" in "".join(
        texts[texts.index("more") :]
    )


def test_the_chart_of_a_finding_is_in_its_item_once(demo: Review) -> None:
    (finding,) = [view for view in demo.metrics.views if view.subject == "slo:web/latency"]
    (burn,) = [each for each in finding.picture.folded if isinstance(each, Chart)]
    others = [each for each in demo.metrics.evidence if isinstance(each, Chart)]
    assert others and burn.anchor not in [each.anchor for each in others]
