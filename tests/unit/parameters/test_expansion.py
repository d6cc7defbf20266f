"""References to the environment."""

from __future__ import annotations

import pytest

from prodmeet_kit.core import redaction
from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters import expand


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_forms", ())
    monkeypatch.setattr(redaction, "_fragments", ())


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("plain", {}, "plain"),
        ("${A}", {"A": "x"}, "x"),
        ("${A}/${B}", {"A": "x", "B": "y"}, "x/y"),
        ("${A:-d}", {}, "d"),
        ("${A:-d}", {"A": ""}, "d"),
        ("${A:-d}", {"A": "x"}, "x"),
        ("${A:-}", {}, ""),
        ("${A:-http://h:9090/?a=b}", {}, "http://h:9090/?a=b"),
        ("${A}", {"A": "${B}", "B": "no"}, "${B}"),  # what a variable holds is text, not a reference
        ("cost $5 and x{{.window}}$", {}, "cost $5 and x{{.window}}$"),
    ],
)
def test_references_take_values_as_a_shell_does(text: str, environ: dict[str, str], expected: str) -> None:
    assert expand(text, environ=environ) == expected


def test_without_a_mapping_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODMEET_TEST_URL", "http://h")
    assert expand("${PRODMEET_TEST_URL}/x") == "http://h/x"


@pytest.mark.parametrize(
    ("text", "environ", "secret", "message"),
    [
        ("${A}", {}, False, "the environment variable A is not set: set it, or give a default as ${A:-value}"),
        ("${A}", {"A": ""}, False, "the environment variable A is empty: set it, or give a default as ${A:-value}"),
        ("Bearer ${A}", {}, True, "the environment variable A is not set: set it"),
        ("${A:-${B}}", {}, False, "${A... is no reference: write ${NAME} or ${NAME:-default}"),
        ("${A", {}, False, "${A... is no reference: write ${NAME} or ${NAME:-default}"),
        ("${}", {}, False, "${... is no reference: write ${NAME} or ${NAME:-default}"),
        ("${1A}", {}, False, "${1A... is no reference: write ${NAME} or ${NAME:-default}"),
    ],
)
def test_what_cannot_be_expanded_is_named_with_its_fix(
    text: str, environ: dict[str, str], secret: bool, message: str
) -> None:
    with pytest.raises(SourceError) as raised:
        expand(text, secret=secret, environ=environ)
    assert str(raised.value) == message


def test_an_unreadable_reference_shows_no_value_behind_it() -> None:
    with pytest.raises(SourceError) as raised:
        expand("${TOKEN:-hunter2{}", environ={})
    assert "hunter2" not in str(raised.value)


def test_a_secret_value_is_remembered_alone_without_the_text_round_it() -> None:
    assert expand("Bearer ${A}", secret=True, environ={"A": "hunter22"}) == "Bearer hunter22"
    assert redact("the server said hunter22 is old") == "the server said *** is old"


def test_a_value_that_is_no_secret_stays_readable() -> None:
    expand("${A}", environ={"A": "http://prom:9090"})
    assert redact("http://prom:9090/x") == "http://prom:9090/x"


def test_a_password_inside_a_url_is_remembered_even_when_nobody_said_it_is_secret() -> None:
    expand("${A}", environ={"A": "http://ann:hunter%2F22@prom"})
    assert redact("hunter/22 or hunter%2F22") == "*** or ***"
