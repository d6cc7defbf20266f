"""``for_each``: one entry for many services is the same as each typed out, and its problems point at the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from prodmeet_kit.core.errors import ParametersError, Problem
from prodmeet_kit.parameters import Product, Service, load, read_document, schema
from prodmeet_kit.parameters.documents import Document, document
from prodmeet_kit.parameters.for_each.expanding import expanded

REPOSITORY = Path(__file__).parents[3]

SHOP = """
product: shop
services:
  - for_each:
      - web
      - name: payments
        owner: money
        slos:
          - {name: availability, objective: 99.5, window: month}
          - {name: latency, leave_out: true}
          - name: refunds
            objective: 99
            sli: {raw: {error_ratio_query: 'avg(avg_over_time(refunds_down[{{.window}}]))'}}
        resources: [{name: cpu, limit_query: null}]
      - {name: shop.cart, load: [{name: requests, leave_out: true}]}
    owner: "{{.service}} team"
    slos:
      - name: availability
        objective: 99.9
        description: "{{ .service }} shows an error"
        sli:
          events:
            error_query: sum(rate(http_requests_total{service="{{.service}}",code=~"5.."}[{{.window}}]))
            total_query: sum(rate(http_requests_total{service="{{.service}}"}[{{.window}}]))
      - name: latency
        objective: 99
        sli: {latency: {histogram: 'duration_seconds{service="{{.service}}"}', threshold: 300ms}}
    load: [{name: requests, query: 'sum(rate(http_requests_total{service="{{.service}}"}[{{.window}}]))'}]
    resources:
      - name: cpu
        unit: cores
        query: sum(rate(cpu_seconds_total{pod=~"{{.service}}-.*"}[{{.window}}]))
        limit_query: sum(cpu_limit{service="{{.service}}"})
  - name: batch
    load: [{name: jobs, query: 'sum(rate(jobs_total{service="{{.service}}"}[{{.window}}]))'}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("parameters").mkdir()
    return Path("parameters")


def loaded(folder: Path, text: str) -> Product:
    (folder / "shop.yaml").write_text(dedent(text), encoding="utf-8")
    return load("shop", folder)


def services(folder: Path, text: str = SHOP) -> dict[str, Service]:
    return {service.name: service for service in loaded(folder, text).services}


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(ParametersError) as raised:
        loaded(folder, text)
    return list(raised.value.problems)


def changed(old: str, new: str) -> str:
    assert SHOP.count(old) == 1
    return SHOP.replace(old, new)


def line(text: str, part: str) -> int:
    return next(number for number, each in enumerate(dedent(text).splitlines(), 1) if part in each)


def test_services_come_in_the_order_of_the_file_with_their_names_in_every_text(folder: Path) -> None:
    found = services(folder)
    assert list(found) == ["web", "payments", "shop.cart", "batch"]
    web = found["web"]
    assert web.owner == "web team"
    assert web.slos[0].description == "web shows an error"
    events = web.slos[0].sli.events
    assert events is not None
    assert events.total_query == 'sum(rate(http_requests_total{service="web"}[{{.window}}]))'
    latency = web.slos[1].sli.latency
    assert latency is not None
    assert latency.histogram == 'duration_seconds{service="web"}'


def test_the_demo_in_fewer_lines_is_the_demo(folder: Path) -> None:
    demo = read_document(REPOSITORY / "parameters" / "demo.yaml").data
    web, cart, *others = demo["services"]
    own = [{"name": slo["name"], "description": slo["description"]} for slo in cart["slos"]]
    shared = json.loads(json.dumps(web).replace(r"service=\"web\"", r"service=\"{{.service}}\""))
    del shared["name"]
    demo["services"] = [{"for_each": ["web", {"name": "cart", "slos": own}], **shared}, *others]
    (folder / "demo.yaml").write_text(json.dumps(demo), encoding="utf-8")
    assert load("demo", folder) == load("demo", REPOSITORY / "parameters")


def test_what_is_documented_can_be_read(folder: Path) -> None:
    page = (REPOSITORY / "docs" / "slis.md").read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "for_each" in block]
    found = services(folder, f"product: shop\n{example}")
    assert list(found) == ["web", "cart", "payments", "batch"]
    assert [(slo.name, slo.objective) for slo in found["payments"].slos] == [("availability", 99.95), ("refunds", 99)]


def test_what_stands_beside_a_name_lies_over_what_all_share(folder: Path) -> None:
    payments = services(folder)["payments"]
    assert payments.owner == "money"
    assert [(slo.name, slo.objective) for slo in payments.slos] == [("availability", 99.5), ("refunds", 99)]
    assert payments.slos[0].window == "month"
    assert payments.slos[0].description == "payments shows an error"  # what it does not say stays
    assert payments.resources[0].limit_query is None
    assert payments.resources[0].unit == "cores"
    assert services(folder)["shop.cart"].load == ()
    assert services(folder)["web"].slos[0].objective == 99.9


def test_another_kind_of_sli_replaces_the_shared_one(folder: Path) -> None:
    raw = "sli: {raw: {error_ratio_query: 'avg(avg_over_time(down[{{.window}}]))'}}"
    text = changed("{name: availability, objective: 99.5, window: month}", f"{{name: availability, {raw}}}")
    slo = services(folder, text)["payments"].slos[0]
    assert (slo.sli.kind, slo.objective) == ("raw", 99.9)


def test_a_dot_in_a_name_is_no_wildcard_in_a_regular_expression(folder: Path) -> None:
    cart = services(folder)["shop.cart"]
    assert cart.resources[0].query == 'sum(rate(cpu_seconds_total{pod=~"shop[.]cart-.*"}[{{.window}}]))'
    assert cart.resources[0].limit_query == 'sum(cpu_limit{service="shop.cart"})'


def test_a_service_typed_out_may_name_itself(folder: Path) -> None:
    """So a part of a for_each can be copied to a service of its own as it stands."""
    assert services(folder)["batch"].load[0].query == 'sum(rate(jobs_total{service="batch"}[{{.window}}]))'


def test_the_defaults_may_hold_it_too(folder: Path) -> None:
    (folder / "defaults.yaml").write_text(SHOP.replace("product: shop\n", "title: All\n"), encoding="utf-8")
    assert [service.name for service in loaded(folder, "product: shop\n").services][:2] == ["web", "payments"]
    wrong = SHOP.replace("product: shop\n", "title: All\n").replace("objective: 99.5", "objective: 995")
    (folder / "defaults.yaml").write_text(wrong, encoding="utf-8")
    (problem,) = problems(folder, "product: shop\n")
    assert problem.file == f"parameters/defaults.yaml:{line(wrong, '995')}"


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        (
            "      - web\n",
            "      - web\n      - web\n",
            5,
            'services[0].for_each[1] is "web" a second time: keep one; the first is in line 5',
        ),
        ("name: batch", "name: web", "name: web", 'services[1].name is "web" a second time'),
        ("      - web\n", "      - web shop\n", "web shop", 'services[0].for_each[0] is "web shop": write the service'),
        ("      - web\n", """      - 'we"b'\n""", 'we"b', "services[0].for_each[0] is"),
        ("      - web\n", "      - 404\n", "404", "services[0].for_each[0] is 404: put the name in quotes"),
        ("      - web\n", "      - {owner: me}\n", "owner: me", "services[0].for_each[0].name is missing"),
        ("owner: money", "onwer: money", "onwer", "services[0].for_each[1].onwer is not a known key"),
        ("owner: money", "for_each: [x]", "for_each: [x]", "services[0].for_each[1].for_each is for_each within"),
        (
            "{name: availability, objective: 99.5,",
            "{name: availabilty, objective: 99.5,",
            "availabilty",
            'services[0].for_each[1].slos[0].name is "availabilty", which does not exist in what all share: did',
        ),
        (
            "{name: latency, leave_out: true}",
            "{name: availability, objective: 1}",
            "objective: 1}",
            'services[0].for_each[1].slos[1].name is "availability" a second time: keep one',
        ),
        (
            "{name: latency, leave_out: true}",
            "{name: latency, leave_out: false}",
            "leave_out: false",
            "services[0].for_each[1].slos[1].leave_out is false: write leave_out: true",
        ),
        (
            "objective: 99.5",
            "objective: 0.995",
            "0.995",
            "services[0].for_each[1].slos[0].objective is 0.995: write per",
        ),
        (
            "objective: 99.9",
            "objective: 999",
            "999",
            "services[0].slos[0].objective is 999: write a number of at most 100",
        ),
        ("threshold: 300ms}}", "threshold: 300 m}}", "300 m", 'services[0].slos[1].sli.latency.threshold is "300 m"'),
        (
            """'duration_seconds{service="{{.service}}"}'""",
            "duration_seconds",
            "histogram: duration",
            "services[0].slos[1].sli.latency.histogram is without {{.service}}: write {{.service}} where the service's",
        ),
        (
            'sum(cpu_limit{service="{{.service}}"})',
            "sum(cpu_limit)",
            "sum(cpu_limit)",
            "services[0].resources[0].limit",
        ),
        (
            "product: shop\n",
            "product: shop\ntitle: '{{.service}}'\n",
            "title",
            "title is {{.service}} outside of services",
        ),
        ("name: batch\n", "foreach: [batch]\n", "foreach", "services[1].foreach is not a known key: write for_each"),
        ("  - for_each:\n", "  - name: web\n    for_each:\n", "name: web", "services[0].name is given beside for_each"),
    ],
)
def test_a_problem_names_what_a_person_wrote(folder: Path, old: str, new: str, at: int | str, said: str) -> None:
    text = changed(old, new)
    found = problems(folder, text)
    place = f"parameters/shop.yaml:{at + 1 if isinstance(at, int) else line(text, at)}: "
    assert [str(problem)[: len(place + said)] for problem in found] == [place + said]


def test_a_wrong_shared_value_is_told_once_and_not_for_each_service(folder: Path) -> None:
    (problem,) = problems(
        folder, changed("objective: 99\n        sli: {latency", "objective: 990\n        sli: {latency")
    )
    assert problem.key == "services[0].slos[1].objective"


@pytest.mark.parametrize("names", ["[]", "web", "{web: {}}", "null"])
def test_names_are_a_list(folder: Path, names: str) -> None:
    (problem,) = problems(folder, f"product: shop\nservices:\n  - for_each: {names}\n    owner: me\n")
    assert (problem.file, problem.key) == ("parameters/shop.yaml:3", "services[0].for_each")
    assert problem.fix == "write a list of names: [web, cart]"


def test_a_recorded_slo_names_the_service_in_any_of_its_keys(folder: Path) -> None:
    recorded = "sli: {recorded: {sloth_id: '{{.service}}-latency', matchers: 'replica=\"a\"'}}"
    text = re.sub(r"sli: {latency: .*", recorded, SHOP)
    found = services(folder, text)["web"].slos[1].sli.recorded
    assert found is not None
    assert found.sloth_id == "web-latency"


def test_a_short_file_cannot_become_a_very_long_one() -> None:
    names = ", ".join(f"s{number}" for number in range(3000))
    long = "x" * 5_000
    shared = f"      - {{name: n, unit: {long}, query: 'x{{a=\"{{{{.service}}}}\"}}'}}\n"
    found = expanded(document("f.yaml", f"services:\n  - for_each: [{names}]\n    load:\n{shared}"))
    assert [str(problem).partition(" with")[0] for problem in found.problems] == [
        "f.yaml:2: services[0].for_each is over 80000 values"
    ]


def test_editors_know_it() -> None:
    validator = Draft7Validator(schema())
    data = document("shop.yaml", SHOP.replace("limit_query: null", "unit: cores")).data
    assert [error.json_path for error in validator.iter_errors(data)] == []
    data["services"][0]["for_each"][1]["slos"][0]["objektive"] = 1
    assert [error.json_path for error in validator.iter_errors(data)] == ["$.services[0].for_each[1]"]
    data["services"][0] |= {"name": "web"}
    assert "$.services[0]" in [error.json_path for error in validator.iter_errors(data)]


NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,9}\Z")
TEXTS = st.sampled_from(["", "{{.service}}", "of {{ service }}", "plain"])
OBJECTIVES = st.sampled_from([99, 99.5, 99.95])
KINDS = st.sampled_from(["errors", "latency", "uptime"])


@st.composite
def products(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A product with a for_each, and the same typed out."""

    def slo(kind: str, name: str) -> dict[str, Any]:
        query = f'avg(avg_over_time({kind}{{service="{name}"}}[{{{{.window}}}}]))'
        return {"name": kind, "objective": objectives[kind], "sli": {"raw": {"error_ratio_query": query}}}

    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    objectives = draw(st.dictionaries(KINDS, OBJECTIVES))
    owner = draw(TEXTS)
    written: list[Any] = []
    typed = []
    for name in names:
        own = draw(st.dictionaries(KINDS, st.one_of(st.none(), OBJECTIVES)))
        own = {kind: objective for kind, objective in own.items() if kind in objectives}
        changes = [
            {"name": kind, "leave_out": True} if objective is None else {"name": kind, "objective": objective}
            for kind, objective in own.items()
        ]
        written.append({"name": name, "slos": changes} if own else name)
        kept = [slo(kind, name) for kind in objectives if own.get(kind, 0) is not None]
        slos = [each | {"objective": own.get(each["name"], each["objective"])} for each in kept]
        filled = re.sub(r"{{ ?\.?service ?}}", name, owner)
        typed.append({"name": name, "owner": filled, "slos": slos})
    shared = {"for_each": written, "owner": owner, "slos": [slo(kind, "{{.service}}") for kind in objectives]}
    return {"product": "shop", "services": [shared]}, {"product": "shop", "services": typed}


@given(products())
def test_it_is_the_same_as_every_service_typed_out(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    short, long = pair
    found = expanded(Document("shop.yaml", json.loads(json.dumps(short)), {}))
    assert found.problems == ()
    assert Product.model_validate(found.data) == Product.model_validate(long)
    assert expanded(Document("shop.yaml", long, {})).data == long
