"""Secrets we were told of are masked in every form; what looks like one is masked unasked."""

from __future__ import annotations

import ast
import base64
import html
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode, from_dict

from prodmeet_kit.core import redaction
from prodmeet_kit.core.redaction import MASK, NUMBERS, redact, redacted, remember

CANARY = 'kanari+7/ä"x y'


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_forms", ())
    monkeypatch.setattr(redaction, "_fragments", ())


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        quote(CANARY),
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        quote(CANARY, safe="").replace("%2F", "%2f").replace("%C3%A4", "%c3%a4").replace("%2B", "%2b"),
        json.dumps(CANARY),
        json.dumps(CANARY, ensure_ascii=False),
        repr(CANARY),
        html.escape(CANARY),
    ],
)
def test_a_remembered_secret_is_masked_in_every_form_it_travels_in(form: str) -> None:
    remember(CANARY)
    said = redact(f"before {form} after")
    assert MASK in said
    assert said.startswith("before ")
    assert said.endswith(" after")
    assert "kanari" not in said


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "ann.lee@shop"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_any_user_and_the_secret_is_masked(user: str, encode: Callable[[bytes], bytes]) -> None:
    remember(CANARY)
    header = encode(f"{user}:{CANARY}".encode()).decode()
    assert redact(f"sent {header} to it") == f"sent {MASK} to it"


@pytest.mark.parametrize("short", ["", " ", "abc", "a\n"])
def test_blank_and_very_short_secrets_are_ignored_so_that_text_stays_readable(short: str) -> None:
    remember(short)
    assert redact("abc a cab") == "abc a cab"


def test_a_secret_with_a_line_end_is_masked_without_it_too() -> None:
    remember("from-a-file\n")
    assert redact("sent from-a-file here") == f"sent {MASK} here"


def test_overlapping_secrets_leave_no_half_behind() -> None:
    remember("abcd")
    remember("cdefgh")
    assert redact("xabcdefghy") == f"x{MASK}y"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET http://ann:hunter2@prom:9090/api", "GET http://***@prom:9090/api"),
        ("https://hunter2@prom/", "https://***@prom/"),
        ("url=https://ann:p@hunter2@prom/x", "url=https://***@prom/x"),
        ("Authorization: Bearer hunter2", "Authorization: ***"),
        ("{'Authorization': 'Bearer hunter2', 'X': 'y'}", "{'Authorization': '***', 'X': 'y'}"),
        ('{"authorization": "token hunter2"}', '{"authorization": "***"}'),
        ("PRIVATE-TOKEN: hunter2", "PRIVATE-TOKEN: ***"),
        ("X-Api-Key: hunter2", "X-Api-Key: ***"),
        ("sent Bearer hunter2.", "sent Bearer ***"),
        ("sent Basic YW5uOmh1bnRlcjI=", "sent Basic ***"),
        ("/api?token=hunter2&x=1", "/api?token=***&x=1"),
        ("/api?x=1&access_token=hunter2", "/api?x=1&access_token=***"),
        ("/api?password=hunter2#top", "/api?password=***"),
        ("/api?key=hunter2&step=5m", "/api?key=***&step=5m"),
        ("connect(password='hunter2', user='ann')", "connect(password='***', user='ann')"),
        ('{"client_secret": "hunter2", "x": 1}', '{"client_secret": "***", "x": 1}'),
        (r'"{\"token\": \"hunter2\"}"', r'"{\"token\": \"***\"}"'),
        ("https://cal/ical/a/private-0123456789abcdef/basic.ics", "https://cal/ical/a/private-***/basic.ics"),
    ],
)
def test_what_looks_like_a_credential_is_masked_unasked(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'sum(rate(http_requests_total{service="cart",code=~"5.."}[5m]))',
        'kube_secret_info{secret="cart-tls"}',
        "https://prom.example:9090/api/v1/query?query=up&time=1",
        "mail ann@example.org about https://example.org/a@b",
        "basic authentication is on; the bearer token is missing",
        "set token=${PROMETHEUS_TOKEN} and password=${PROMETHEUS_PASSWORD}",
        "the tokens: three of them",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("text", ["Cookie: x", "Authorization: Basic abcd", "X-Api-Key: q"])
def test_what_is_masked_in_a_page_ends_where_its_element_does(text: str) -> None:
    assert redact(f"<td>{text}</td><td>next</td>") == f"<td>{text.partition(': ')[0]}: {MASK}</td><td>next</td>"


@given(
    st.text(alphabet="abT/:=@&?{}\"' \\%*+-1", max_size=40), st.sampled_from(["", "token=", "Bearer ", "://", "x:y@"])
)
def test_redacting_twice_changes_nothing_more(text: str, seed: str) -> None:
    once = redact(text + seed + text)
    assert redact(once) == once


def test_a_value_of_json_is_masked_throughout_and_no_key_is_lost() -> None:
    said = ("https://a:b@host/x", {"k": "plain"})
    value = {"token=abc": 1, "token=abd": [2.5, None, True, "Bearer abcdef"], "n": said}
    assert redacted(value) == {
        "token=***": 1,
        "token=*** (2)": [2.5, None, True, "Bearer ***"],
        "n": ("https://***@host/x", {"k": "plain"}),
    }


def test_a_secret_that_is_told_later_is_masked_in_texts_that_were_seen_before() -> None:
    assert redacted(["said canary-77aa"]) == ["said canary-77aa"]
    remember("canary-77aa")
    assert redacted(["said canary-77aa"]) == ["said ***"]


def test_a_notebook_stays_one_and_its_arrays_of_numbers_stay_as_they_are() -> None:
    value = from_dict({"token=canary-1": [{"y": {"bdata": "token=abcd", "text": "token=abcd"}}]})
    made = redacted(value, but=NUMBERS)
    assert made == {"token=***": [{"y": {"bdata": "token=abcd", "text": "token=***"}}]}
    assert isinstance(made["token=***"][0].y, NotebookNode)
    assert "canary-1" in next(iter(value))  # what was given is as it was


def test_texts_are_cleaned_as_asked_and_keys_are_masked_all_the_same() -> None:
    assert redacted({"token=abcd": ("a", 1)}, str.upper) == {"token=***": ("A", 1)}


def test_mappings_of_other_kinds_stay_what_they_are() -> None:
    value = defaultdict(list, {"said": ["token=abcd"]})
    made = redacted(value)
    assert made == {"said": ["token=***"]} and made["new"] == []
    assert value == {"said": ["token=abcd"]}


def test_nobody_else_walks_to_mask() -> None:
    """No other function that calls itself masks texts."""
    found = {
        f"{path.name}:{node.name}"
        for path in Path(redaction.__file__).parents[1].rglob("*.py")
        if path != Path(redaction.__file__)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and {node.name, "redact"} <= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    }
    assert found == set()
