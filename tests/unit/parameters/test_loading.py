"""A product's file over the defaults: what is read, and which products there are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from pydantic import ValidationError

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.parameters import AGENDA, load, products
from prodmeet_kit.parameters.accounting import SloRules
from prodmeet_kit.parameters.agenda_rules import DEFAULTS, AgendaRules
from prodmeet_kit.parameters.loading import read_defaults
from prodmeet_kit.parameters.models import Meeting
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings
from tests.support.plugins import install

REPOSITORY = Path(__file__).parents[3]

SLO = """
      - name: availability
        objective: 99.9
        sli:
          events:
            error_query: sum(rate(x_total{code=~"5.."}[{{.window}}]))
            total_query: sum(rate(x_total[{{.window}}]))
"""
LEAST = "product: cart\nservices:\n  - name: web\n"
WITH_SLO = f"{LEAST}    slos:{SLO}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("parameters").mkdir()
    return Path("parameters")


def write(folder: Path, text: str, name: str = "cart") -> None:
    (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")


def test_the_demo_is_read_whole() -> None:
    demo = load("demo", REPOSITORY / "parameters")
    assert demo.product == "demo"
    assert demo.meeting.agenda == AGENDA
    # Folded text (>-) comes as one line of PromQL without marks of where it was folded.
    events = demo.services[0].slos[1].sli.events
    assert events is not None
    latency = events.error_query
    assert latency.startswith("sum(rate(http_request_duration_seconds_count")
    assert latency.isprintable()


def test_every_query_and_reference_stays_as_written(folder: Path) -> None:
    write(folder, WITH_SLO + 'sources:\n  metrics: {url: "${PROMETHEUS_URL:-http://localhost:9090}"}\n')
    product = load("cart", folder)
    events = product.services[0].slos[0].sli.events
    assert events is not None
    assert events.total_query == "sum(rate(x_total[{{.window}}]))"
    assert isinstance(product.sources.metrics, PrometheusSettings)
    assert product.sources.metrics.url == "${PROMETHEUS_URL:-http://localhost:9090}"


def test_the_shipped_defaults_are_those_of_the_models() -> None:
    """A team that deletes defaults.yaml sees the same meeting as one that keeps it."""
    from prodmeet_kit.parameters import read_document

    written = read_document(REPOSITORY / "parameters" / "defaults.yaml").data
    assert Meeting.model_validate(written.pop("meeting")) == Meeting()
    assert SloRules.model_validate(written.pop("slo_rules")) == SloRules()
    rules = written.pop("agenda_rules")
    assert list(rules["weights"]) == list(DEFAULTS)  # each stands there, to be found and changed
    assert AgendaRules.model_validate(rules) == AgendaRules()
    assert set(rules) == set(AgendaRules.model_fields)
    assert written == {"timezone": "UTC", "language": "en"}


def test_mappings_merge_deeply_while_lists_and_values_replace(folder: Path) -> None:
    write(
        folder,
        """
        timezone: Asia/Tokyo
        meeting: {cadence: 7d, duration: 45m, agenda: [metrics, outages]}
        sources: {metrics: {url: "http://all", jobs: 2}, alerts: [{type: a}, {type: b}]}
        """,
        "defaults",
    )
    write(
        folder,
        LEAST + "meeting: {duration: 1h, agenda: [toil]}\nsources: {metrics: {jobs: 3}, alerts: [{type: c}]}\n",
    )
    product = load("cart", folder)
    assert product.timezone == "Asia/Tokyo"
    assert product.meeting.cadence == timedelta(days=7)
    assert product.meeting.duration == timedelta(hours=1)
    assert product.meeting.agenda == ("toil",)
    assert isinstance(product.sources.metrics, PrometheusSettings)
    assert (product.sources.metrics.url, product.sources.metrics.jobs) == ("http://all", 3)
    assert [source.type for source in product.sources.alerts] == ["c"]


def test_defaults_that_change_between_two_readings_are_read_again(folder: Path) -> None:
    file = folder / "defaults.yaml"
    file.write_text("meeting: {minutes: 40}\n", encoding="utf-8")
    first = read_defaults(folder).data
    first["meeting"]["minutes"] = 1
    assert read_defaults(folder).data == {"meeting": {"minutes": 40}}
    file.write_text("meeting: {minutes: 50}\n", encoding="utf-8")  # as long, and maybe of the same instant
    assert read_defaults(folder).data == {"meeting": {"minutes": 50}}
    file.unlink()
    assert read_defaults(folder).data["timezone"] == "UTC"


def test_an_empty_defaults_file_takes_nothing_away(folder: Path) -> None:
    write(folder, "# nothing yet\n", "defaults")
    write(folder, LEAST)
    assert load("cart", folder).meeting == Meeting()


def test_yaml_1_1_traps_stay_text(folder: Path) -> None:
    write(folder, LEAST + "title: no\nsources: {incidents: [{type: file, at: 12:30, on: off, since: 2026-11-24}]}\n")
    product = load("cart", folder)
    assert product.title == "no"
    assert product.sources.incidents[0].model_extra == {"at": "12:30", "on": "off", "since": "2026-11-24"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("carf", "no product carf in parameters: did you mean cart?"),
        ("zzz", "no product zzz in parameters: choose from cart, demo"),
        ("defaults", "no product defaults in parameters: choose from cart, demo"),
        ("../parameters/cart", "no product ../parameters/cart in parameters: choose from cart, demo"),
        ("old", "parameters/old.yml: rename the file to old.yaml"),
    ],
)
def test_a_product_that_is_not_there_is_answered_with_those_that_are(folder: Path, name: str, message: str) -> None:
    write(folder, LEAST)
    write(folder, LEAST, "demo")
    write(folder, "", "defaults")
    (folder / "old.yml").write_text(LEAST)
    with pytest.raises(InputError) as raised:
        load(name, folder)
    assert str(raised.value) == message


def test_a_folder_without_products_says_what_to_write(folder: Path) -> None:
    with pytest.raises(
        InputError, match=r"no product cart: parameters holds no parameter file; write parameters/cart.yaml"
    ):
        load("cart", folder)


def test_products_are_the_files_that_are_no_records_and_no_defaults(folder: Path) -> None:
    write(folder, LEAST)
    write(folder, "---\n# comment\n\nproduct: alpha\n", "alpha")
    write(folder, "titel: forgot the product line\n", "broken")
    write(folder, "# incidents\n- {id: INC-1}\n", "incidents")
    write(folder, "[]\n", "changes")
    write(folder, "# none yet\n", "toil")
    write(folder, "timezone: UTC\n", "defaults")
    (folder / ".hidden.yaml").write_text(LEAST)
    (folder / "schema.json").write_text("{}")
    assert products(folder) == ["alpha", "broken", "cart"]


def test_products_of_a_folder_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        products(tmp_path / "absent")


@pytest.mark.parametrize("number", [14, 14.5, True])
def test_a_bare_number_is_no_duration_whoever_builds_the_model(number: Any) -> None:
    with pytest.raises(ValidationError, match="write a duration"):
        Meeting(cadence=number)


def test_an_agenda_item_of_another_package_is_known(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", {"other_package.py": ""}, {"prodmeet_kit.agenda": {"costs": "other_package:item"}})
    monkeypatch.syspath_prepend(tmp_path / "site")
    write(folder, LEAST + "meeting: {agenda: [costs, metrics]}\n")
    assert load("cart", folder).meeting.agenda == ("costs", "metrics")
