"""Everything wrong with a parameter file is told at once, with its place, key, value and fix, and no credential."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from prodmeet_kit.core.errors import ParametersError, Problem
from prodmeet_kit.parameters import load

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


def problems(folder: Path, text: str) -> list[Problem]:
    write(folder, text)
    with pytest.raises(ParametersError) as raised:
        load("cart", folder)
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": the file is empty: write at least product: and services:"),
        ("- product: cart\n", ":1: the file is a list: write a mapping (key: value) at the top"),
        ("cart\n", ":1: the file is one value: write a mapping (key: value) at the top"),
        ("services: [{name: web}]\n", ":1: product is missing: add it (Name, the same as the file's)"),
        ("product: cart\n", ":1: services is missing: add it (Services of the product)"),
        ("product: cart\nservices: []\n", ":2: services is a list of 0: list at least 1"),
        (
            "product: card\nservices: [{name: web}]\n",
            ':1: product is "card": write cart, the file\'s name, or rename the file',
        ),
    ],
)
def test_a_file_that_describes_no_product_says_what_it_lacks(folder: Path, text: str, message: str) -> None:
    (problem,) = problems(folder, text)
    assert str(problem) == f"parameters/cart.yaml{message}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("titel: X", "titel is not a known key: did you mean title?"),
        (
            "exclusions: [{start: 2026-11-10, end: 2026-11-09, reason: x, author: y}]",
            'exclusions[0].end is "2026-11-09": write an end after the start',
        ),
        (
            "exclusions: [{start: 2026-11-10, end: 2026-11-11, author: y}]",
            "exclusions[0].reason is missing: add it (Why these events do not count, such as announced maintenance)",
        ),
        (
            "exclusions: [{start: 2026-11-10, end: 2026-11-11, services: [webb], reason: x, author: y}]",
            'exclusions[0].services[0] is "webb", which does not exist: did you mean web?',
        ),
        (
            "exclusions: [{start: soon, end: 2026-11-11, reason: x, author: y}]",
            'exclusions[0].start is "soon": write a time as 2026-11-24, 2026-11-24T10:00 or 2026-11-24T10:00+09:00',
        ),
        (
            "rotations: [{name: a, timezone: UTC, services: [webb]}]",
            'rotations[0].services[0] is "webb", which does not exist: did you mean web?',
        ),
        (
            "rotations: [{name: a, timezone: UTC}, {name: a, timezone: UTC}]",
            'rotations[1].name is "a" a second time: rename one; the first is number 1',
        ),
        (
            "rotations: [{name: a, timezone: Tokyo}]",
            'rotations[0].timezone is "Tokyo": write a time zone of the IANA list, such as Asia/Tokyo or Europe/Berlin',
        ),
        ("rotations: [{name: a}]", "rotations[0].timezone is missing: add it (Zone in which those who answer live)"),
        (
            "rotations: [{name: a, timezone: UTC, shifts: ['9:00']}]",
            'rotations[0].shifts[0] is "9:00": write a time of day of 24 hours in quotes, such as "09:00"',
        ),
        ("rotations: [{name: a, timezone: UTC, shifts: []}]", "rotations[0].shifts is a list of 0: list at least 1"),
        (
            "rotations: [{name: a, timezone: UTC, shifts: [09:00, 09:00]}]",
            "rotations[0].shifts is a list of 2: write each time at which the shift changes once",
        ),
        (
            "rotations: [{name: a, timezone: UTC, business: {days: weekdays}}]",
            'rotations[0].business.days is "weekdays": write days such as mon-fri or sat,sun',
        ),
        (
            "rotations: [{name: a, timezone: UTC, sleep: {form: 22:00}}]",
            "rotations[0].sleep.form is not a known key: did you mean from?",
        ),
        (
            "rotations: [{name: a, timezone: UTC, sleep: {to: 24:00}}]",
            'rotations[0].sleep.to is "24:00": write a time of day of 24 hours in quotes, such as "09:00"',
        ),
        (
            "rotations: [{name: a, timezone: UTC, matchers: team}]",
            (
                'rotations[0].matchers is "team": write label matchers such as severity=~"page|critical": '
                "invalid label matcher, expected label matching operator after 'team'"
            ),
        ),
        ("Time-Zone: UTC", "Time-Zone is not a known key: did you mean timezone?"),
        ("meeting: {dur: 1h}", "meeting.dur is not a known key: did you mean duration?"),
        ("meeting: {zzz: 1h}", "meeting.zzz is not a known key: choose from cadence, duration, agenda"),
        ("    slo: []", "services[0].slo is not a known key: did you mean slos?"),
        ("product: cart", "product is written twice: keep one; the first is in line 1"),
        ("title: 2026", "title is 2026: write text, in quotes when it looks like a number"),
        ("title: true", "title is true: write text, in quotes when it looks like a number"),
        ("meeting: web", 'meeting is "web": write a mapping (key: value)'),
        ("meeting:", "meeting is empty: write a mapping (key: value)"),
        ("sources: {alerts: {type: a}}", "sources.alerts is a mapping: write a list"),
        (
            "sources: {alerts: [{page: x}]}",
            "sources.alerts[0].type is missing: add it (Which kind of source, such as file)",
        ),
        (
            "meeting: {cadence: 2 weeks}",
            'meeting.cadence is "2 weeks": write a duration as number and unit, such as 30m, 14d or 1h30m',
        ),
        (
            "meeting: {cadence: 14}",
            "meeting.cadence is 14: write a duration as number and unit, such as 30m, 14d or 1h30m",
        ),
        ("meeting: {cadence: 0d}", 'meeting.cadence is "0d": write a duration longer than zero'),
        (
            "timezone: Asia/Tokio",
            'timezone is "Asia/Tokio": write a time zone of the IANA list, such as Asia/Tokyo or Europe/Berlin',
        ),
        ("language: de", 'language is "de": write en or ja'),
        (
            "meeting: {agenda: [metrics, outage]}",
            'meeting.agenda[1] is "outage", which does not exist: did you mean outages?',
        ),
        ("meeting: {agenda: [metrics, toil, metrics]}", 'meeting.agenda[2] is "metrics" a second time: keep one'),
        (
            "  - name: ä",
            'services[1].name is "ä": use letters, digits, dot, dash and underscore, beginning with a letter or digit',
        ),
        ("  - name: web", 'services[1].name is "web" a second time: rename one; the first is number 1'),
        (
            "    load: [{name: a, query: '}'}]",
            "services[0].load[0].query is \"}\": fix the PromQL: unexpected right brace '}'",
        ),
        (
            "sources: {metrics: {jobs: 2}}",
            "sources.metrics.url is missing: add it (Base URL, or a reference to a variable that holds it)",
        ),
        (
            "sources: {metrics: {url: 'localhost:9090'}}",
            'sources.metrics.url is "localhost:9090": begin it with http:// or https://',
        ),
        ("sources: {metrics: {url: 'http://h', jobs: 0}}", "sources.metrics.jobs is 0: write a number of at least 1"),
        ("sources: {metrics: {url: 'http://h', jobs: 2.5}}", "sources.metrics.jobs is 2.5: write a whole number"),
        (
            "sources: {metrics: {url: 'http://h', tls: {verify: perhaps}}}",
            'sources.metrics.tls.verify is "perhaps": write true or false',
        ),
        (
            "sources: {metrics: {url: 'http://h', auth: {type: bearer}}}",
            "sources.metrics.auth.token is missing: add it, such as token: ${PROMETHEUS_TOKEN}",
        ),
        (
            "sources: {metrics: {url: 'http://h', auth: {type: basic, username: ann}}}",
            "sources.metrics.auth.password is missing: add it, such as password: ${PROMETHEUS_PASSWORD}",
        ),
        (
            "sources: {changes: [{type: icalendar, url: '${URL'}]}",
            "sources.changes[0].url is not a reference that can be read: write ${NAME} or ${NAME:-default}",
        ),
        (
            "sources: {changes: [{type: github, token: hunter2}]}",
            "sources.changes[0].token is in clear: write ${TOKEN} and set that variable",
        ),
    ],
)
def test_one_wrong_line_is_one_problem_with_place_key_value_and_fix(folder: Path, line: str, message: str) -> None:
    (problem,) = problems(folder, LEAST + line + "\n")
    assert str(problem) == f"parameters/cart.yaml:4: {message}"


TOTAL = "sum(rate(x_total[{{.window}}]))"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("99.9", "120", 6, "objective is 120: write a number of at most 100"),
        ("99.9", "0.999", 6, "objective is 0.999: write per cent, not a fraction: 99.9"),
        ("99.9", "1", 6, "objective is 1: write per cent, not a fraction: 99.9"),
        ("99.9", "high", 6, 'objective is "high": write a number'),
        (
            "        sli:",
            "        window: 28x\n        sli:",
            7,
            'window is "28x": write a duration as number and unit, such as 30m, 14d or 1h30m, or month or quarter',
        ),
        (
            TOTAL,
            "sum(rate(x_total[{{.window}}])",
            10,
            'sli.events.total_query is "sum(rate(x_total[{{.window}}])": fix the PromQL: unclosed left parenthesis',
        ),
        (
            TOTAL,
            "sum(rate(x_total[5m]))",
            10,
            (
                'sli.events.total_query is "sum(rate(x_total[5m]))": '
                "put {{.window}} in place of the length of the range, as in rate(x[{{.window}}])"
            ),
        ),
        (
            TOTAL,
            "max_over_time(x[{{.window}}])",
            10,
            (
                'sli.events.total_query is "max_over_time(x[{{.window}}])": '
                "count events with rate(...[{{.window}}]) or increase(...[{{.window}}]), not a mix and not another"
            ),
        ),
        (
            f"            total_query: {TOTAL}\n",
            "",
            8,
            "sli.events.total_query is missing: add it (All events: rate or increase over {{.window}}, one series)",
        ),
    ],
)
def test_one_problem_of_an_slo_names_its_own_line(folder: Path, old: str, new: str, line: int, message: str) -> None:
    (problem,) = problems(folder, WITH_SLO.replace(old, new))
    assert str(problem) == f"parameters/cart.yaml:{line}: services[0].slos[0].{message}"


def test_a_name_used_twice_is_told_at_the_second(folder: Path) -> None:
    # WITH_SLO is 10 lines; the second SLO begins with an empty line, so its name stands in line 12
    (problem,) = problems(folder, WITH_SLO + SLO)
    assert str(problem) == (
        'parameters/cart.yaml:12: services[0].slos[1].name is "availability" a second time: '
        "rename one; the first is number 1"
    )


def test_all_problems_of_both_files_are_told_at_once_in_their_order(folder: Path) -> None:
    write(folder, "timezone: Mars/Base\nmeeting: {cadance: 7d}\n", "defaults")
    text = """
        product: card
        titel: Cart
        sources: {metrics: {url: http://ann:hunter2@h, headers: {X-Api-Key: hunter2}}}
        services:
          - name: web
            slos: [{name: a, objective: 0.99}]
          - name: web
        """
    told = [(problem.file, problem.key) for problem in problems(folder, text)]
    assert told == [
        ("parameters/cart.yaml:2", "product"),
        ("parameters/cart.yaml:3", "titel"),
        ("parameters/cart.yaml:4", "sources.metrics.headers.X-Api-Key"),
        ("parameters/cart.yaml:4", "sources.metrics.url"),
        ("parameters/cart.yaml:7", "services[0].slos[0].objective"),
        ("parameters/cart.yaml:7", "services[0].slos[0].sli"),
        ("parameters/cart.yaml:8", "services[1].name"),
        ("parameters/defaults.yaml:1", "timezone"),
        ("parameters/defaults.yaml:2", "meeting.cadance"),
    ]


def test_the_message_is_one_line_for_each_problem(folder: Path) -> None:
    write(folder, LEAST + "titel: X\nlanguage: de\n")
    with pytest.raises(ParametersError) as raised:
        load("cart", folder)
    assert str(raised.value).splitlines() == [
        "parameters/cart.yaml:4: titel is not a known key: did you mean title?",
        'parameters/cart.yaml:5: language is "de": write en or ja',
    ]
    assert raised.value.exit_status == 2


def test_a_syntax_error_in_the_defaults_is_told_with_the_products_own_problems(folder: Path) -> None:
    write(folder, "meeting: [", "defaults")
    told = [(problem.file, problem.key) for problem in problems(folder, LEAST + "titel: X\n")]
    assert told == [("parameters/cart.yaml:4", "titel"), ("parameters/defaults.yaml:1:11", "the file")]


@pytest.mark.parametrize(
    "written",
    [
        "metrics: {url: http://ann:hunter2@h}",
        "metrics: {url: http://h, auth: {type: bearer, token: hunter2}}",
        "metrics: {url: http://h, auth: {type: hunter2}}",
        "metrics: {url: http://h, auth: hunter2}",
        "metrics: {url: http://h, auth: {type: bearer, tokn: hunter2}}",
        "metrics: {url: http://h, headers: {Authorization: Bearer hunter2}}",
        "metrics: {url: http://h, headers: [hunter2]}",
        "metrics: {url: http://h?token=hunter2}",
        "metrics: {url: http://h, timeout: 'token=hunter2'}",
        "alerts: [{type: x, password: '${P:-hunter2}'}]",
        "alerts: [{type: x, password: '${P:-hunter2{}'}]",
        "alerts: [{type: x, password: [1, {a: hunter2}]}]",
        "alerts: [{type: x, password: *hunter2}]",
        "alerts: [{type: x, password: !hunter2 y}]",
        "alerts: [{type: x, password: 'hunter2}]",
    ],
)
def test_no_message_shows_a_credential(folder: Path, written: str) -> None:
    told = "\n".join(str(problem) for problem in problems(folder, f"{LEAST}sources:\n  {written}\n"))
    assert told
    assert "hunter2" not in told


def test_a_long_value_is_cut(folder: Path) -> None:
    (problem,) = problems(folder, LEAST + f"timezone: {'x' * 200}\n")
    assert len(problem.value) < 70


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("weights: {toill: {score: 5}}", "agenda_rules.weights.toill is not a known key: did you mean toil?"),
        ("weights: {toil: {score: -1}}", "agenda_rules.weights.toil.score is -1: write a number of at least 0"),
        ("weights: {toil: {minutes: 0}}", "agenda_rules.weights.toil.minutes is 0: write a number above 0"),
        ("weights: {toil: 5}", "agenda_rules.weights.toil is 5: write a mapping (key: value)"),
        ("caps: {metrics: 1.5}", "agenda_rules.caps.metrics is 1.5: write a number of at most 1"),
        ("caps: {metricks: 0.5}", "agenda_rules.caps.metricks is no agenda item: did you mean metrics?"),
        ("patience: 0", "agenda_rules.patience is 0: write a number of at least 1"),
        ("lift: -1", "agenda_rules.lift is -1: write a number of at least 0"),
    ],
)
def test_a_wrong_rule_of_the_agenda_is_told_with_its_line(folder: Path, rules: str, message: str) -> None:
    (problem,) = problems(folder, LEAST + f"agenda_rules:\n  {rules}\n")
    assert str(problem) == f"parameters/cart.yaml:5: {message}"
