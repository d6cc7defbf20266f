"""Credentials and addresses of ``sources.metrics``: they arrive at the server, and nowhere else."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.prometheus import PrometheusSource
from tests.support.answering import answering, metric_source, success

AT = datetime(2026, 11, 23, tzinfo=UTC)
CANARY = "canary-7f3a9c"


def authorization(url: str, folder: Path = Path(), **more: Any) -> str:
    """The header a server receives."""
    with answering(lambda _: success()) as server:
        PrometheusSource(metric_source(url.format(server.url), **more), folder).answer(Question("k", "s", "up", AT, AT))
    return server.asked[0].headers.get("Authorization", "")


@pytest.fixture(autouse=True)
def _variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN", f" {CANARY}\n")
    monkeypatch.setenv("PASSWORD", "pass:wörd-7f3a")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login netrc password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


def test_a_bearer_token_arrives_without_the_blanks_round_it_and_before_netrc() -> None:
    assert authorization("{}", auth={"type": "bearer", "token": "${TOKEN}"}) == f"Bearer {CANARY}"


def test_without_credentials_none_are_sent_and_a_header_of_the_team_is_sent_as_it_is() -> None:
    assert authorization("{}") == ""
    assert authorization("{}", headers={"Authorization": "${TOKEN}"}) == CANARY


def test_basic_credentials_arrive_as_utf8() -> None:
    expected = b64encode("ann:pass:wörd-7f3a".encode()).decode()
    assert (
        authorization("{}", auth={"type": "basic", "username": "ann", "password": "${PASSWORD}"}) == f"Basic {expected}"
    )


def test_userinfo_of_the_url_is_sent_and_taken_out_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: success()) as server:
        monkeypatch.setenv("URL", server.url.replace("://", f"://ann:{CANARY}%21@"))
        source = PrometheusSource(metric_source("${URL}/"))
        source.answer(Question("k", "s", "up", AT, AT))
        assert source.name == f"prometheus at {server.url}"
    assert server.asked[0].headers["Authorization"] == "Basic " + b64encode(f"ann:{CANARY}!".encode()).decode()


def test_extra_headers_arrive_and_their_values_are_credentials_but_for_the_tenant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_KEY", "gate-key-7f3a9c")
    headers = {"X-Scope-OrgID": "harbour", "X-Gate": "${GATE_KEY}"}
    with answering(lambda _: success()) as server:
        PrometheusSource(metric_source(server.url, headers=headers)).answer(Question("k", "s", "up", AT, AT))
    assert server.asked[0].headers["X-Scope-OrgID"] == "harbour"
    assert server.asked[0].headers["X-Gate"] == "gate-key-7f3a9c"
    assert redact("harbour gate-key-7f3a9c") == "harbour ***"


def test_no_representation_shows_a_credential() -> None:
    source = PrometheusSource(
        metric_source(f"http://ann:{CANARY}@localhost:1", auth={"type": "bearer", "token": "${TOKEN}"})
    )
    shown = f"{source!r} {source.connection!r} {source.connection.url} {source.name}"
    assert CANARY not in shown
    assert "localhost:1" in shown


@pytest.mark.parametrize("url", ["localhost:9090", "ftp://host", "http://", "http://host:port", "https:///path"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match=r"sources\.metrics\.url is no address"):
        PrometheusSource(metric_source(url))


def test_a_token_in_the_query_string_of_the_url_is_refused_without_showing_it() -> None:
    with pytest.raises(SourceError, match=r"sources\.metrics\.auth or headers") as caught:
        PrometheusSource(metric_source(f"http://host/?token={CANARY}"))
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("value", ["two\nlines-7f3a", "tök-7f3a"])
def test_a_token_no_header_can_carry_is_refused_without_showing_it(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", value)
    with pytest.raises(SourceError, match=r"sources\.metrics\.auth\.token") as caught:
        PrometheusSource(metric_source("http://host", auth={"type": "bearer", "token": "${TOKEN}"}))
    assert "7f3a" not in str(caught.value)


def test_an_unset_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN")
    with pytest.raises(SourceError, match="TOKEN is not set"):
        PrometheusSource(metric_source("http://host", auth={"type": "bearer", "token": "${TOKEN}"}))


@pytest.mark.parametrize("key", ["ca_file", "cert_file"])
def test_a_tls_file_that_is_not_there_is_named(key: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=rf"sources\.metrics\.tls\.{key}: there is no file .*absent\.pem"):
        PrometheusSource(metric_source("https://host", tls={key: "absent.pem"}), tmp_path)


def test_tls_files_are_looked_for_beside_the_parameter_file(tmp_path: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    tls = {"ca_file": "ca.pem", "cert_file": "cert.pem", "key_file": "key.pem"}
    session = PrometheusSource(metric_source("https://host", tls=tls), tmp_path).connection._session
    assert session.verify == str(tmp_path / "ca.pem")
    assert session.cert == (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
