"""Services at a glance as markup: light, heard as well as seen, and nothing from outside is markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.evidence.glance import About, Glance, Said, ServiceView, Sign, SloLine, Small
from prodmeet_kit.html_report.sanitize import sanitized
from prodmeet_kit.render.html import chunks
from prodmeet_kit.render.markdown import markdown

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
START = END - timedelta(days=28)
HOSTILE = '<img src=x onerror=alert(1)> "cart"'


def service(name: str = "cart") -> ServiceView:
    values = (0.001, 0.02, float("nan"), 0.004)
    chart = Small("slo", "availability", "2% bad", f"{name}/availability: 2% bad", values, top=0.01, level=0.002)
    sign = Sign(END - timedelta(days=2), END - timedelta(days=1), "outage", "INC-1")
    return ServiceView(
        name=name,
        standing="25% left",
        tone="attention",
        charts=(chart,),
        slos=(SloLine("availability", "OK", 0.9992, 0.999, 0.25, float("nan"), 0.64),),
        signs=(sign,),
        about=(
            About("Findings", (Said("cart fails", "slo:cart/a", "slo:cart/a"),), "none"),
            About("Pages", (), "none"),
        ),
    )


def page(*services: ServiceView, one: bool = False) -> str:
    shown = Glance("Services at a glance", services, START, END - timedelta(days=14), END, "UTC", one=one)
    item = AgendaItem("metrics", "Metrics", "fine", "fine", "UTC", (shown,))
    return "".join(part for part in chunks(item) if isinstance(part, str))


def test_a_name_leads_to_all_of_its_service_and_from_there_to_its_findings() -> None:
    markup = page(service())
    assert 'href="#service-cart"' in markup and 'id="service-cart"' in markup
    assert '<a href="#finding-slo-cart-a">cart fails</a>' in markup
    assert "not known" in markup  # the budget at the last meeting


def test_what_is_drawn_is_heard_with_what_happened() -> None:
    assert 'role="img" title="cart/availability: 2% bad; INC-1"' in page(service())


def test_of_thirty_services_twelve_are_in_sight_and_the_others_in_a_fold() -> None:
    markup = page(*(service(f"s{n}") for n in range(30)))
    head, _, rest = markup.partition("18 more services")
    assert head.count('<th scope="row"><a href="#service-') == 12
    assert rest.partition("</table>")[0].count('<th scope="row"><a href="#service-') == 18


def test_one_service_alone_is_open() -> None:
    markup = page(service(), one=True)
    assert "<details" not in markup and "pm-glance-table" not in markup and "cart fails" in markup


def test_a_service_without_charts_says_what_is_missing() -> None:
    bare = ServiceView("bare", "no SLO", "quiet", (), (), (), ())
    for said in ("no SLO", "no load is measured", "no resource is measured"):
        assert said in page(service(), bare)


def test_drawings_survive_the_report_and_hostile_names_stay_text() -> None:
    kept = sanitized(page(service(HOSTILE)))
    assert 'preserveAspectRatio="none"' in kept and "<img" not in kept
    assert "&lt;img src=x" in kept


def test_a_drawing_is_small() -> None:
    values = tuple(0.001 * (n % 7) for n in range(168))
    busy = Small("load", "requests", "peak 6", "requests", values, top=0.006)
    markup = page(ServiceView("web", "no SLO", "quiet", (busy,), (), (), ()))
    drawings = re.findall(r"<svg.*?</svg>", markup, re.DOTALL)
    assert len(drawings) == 2 and max(map(len, drawings)) < 1500


def test_markdown_has_a_row_a_service_and_of_one_everything() -> None:
    shown = Glance("Services at a glance", (service(),), START, END, END, "UTC")
    text = markdown(AgendaItem("metrics", "Metrics", "fine", "fine", "UTC", (shown,)))
    assert "| cart | 25% left | availability 2% bad | not known | not known |" in text
    alone = Glance("cart", (service(),), START, END, END, "UTC", one=True)
    text = markdown(AgendaItem("cart", "All of cart", "", "", "UTC", (alone,)))
    assert "- cart/availability: 2% bad" in text and "- Findings: cart fails" in text
