"""A credential in clear is found wherever it stands; a reference is none."""

from __future__ import annotations

from typing import Any

import pytest

from prodmeet_kit.parameters.credentials import credentials_in_clear, names_credential
from prodmeet_kit.parameters.documents import dotted


def found(data: Any) -> dict[str, str]:
    return {dotted(way): fix for way, fix in credentials_in_clear(data)}


@pytest.mark.parametrize(
    ("data", "key", "fix"),
    [
        ({"auth": {"token": "hunter2"}}, "auth.token", "write ${TOKEN} and set that variable"),
        ({"auth": {"token": 12345}}, "auth.token", "write ${TOKEN} and set that variable"),
        ({"auth": {"password": "x ${P}"}}, "auth.password", "write ${PASSWORD} and set that variable"),
        ({"auth": {"password": "${P:-hunter2}"}}, "auth.password", "write ${P}: a default is in clear too"),
        ({"api_key": "hunter2"}, "api_key", "write ${API_KEY} and set that variable"),
        ({"apiKey": "hunter2"}, "apiKey", "write ${API_KEY} and set that variable"),
        ({"clientSecret": "hunter2"}, "clientSecret", "write ${CLIENT_SECRET} and set that variable"),
        (
            {"headers": {"Authorization": "Bearer hunter2"}},
            "headers.Authorization",
            "write ${AUTHORIZATION} and set that",
        ),
        (
            {"headers": {"Authorization": "hunter2 ${T}"}},
            "headers.Authorization",
            "write ${AUTHORIZATION} and set that",
        ),
        ({"headers": {"DD-API-KEY": "hunter2"}}, "headers.DD-API-KEY", "write ${DD_API_KEY} and set that variable"),
        ({"headers": {"X-Auth-Token": "hunter2"}}, "headers.X-Auth-Token", "write ${X_AUTH_TOKEN} and set that"),
        ({"tokens": ["${A}", "hunter2"]}, "tokens[1]", "write ${TOKENS} and set that variable"),
        ({"secret": {"value": "hunter2"}}, "secret.value", "write ${VALUE} and set that variable"),
        ({"url": "https://ann:hunter2@h/"}, "url", "take user and password out of the URL"),
        ({"url": "https://hunter2@h/"}, "url", "take user and password out of the URL"),
        ({"url": "https://ann:${P}@h/"}, "url", "take user and password out of the URL"),
        ({"url": "${U:-https://ann:hunter2@h/}"}, "url", "take user and password out of the URL"),
        ({"url": "https://h/?x=1&access_token=hunter2"}, "url", "write access_token=${ACCESS_TOKEN} and set that"),
        ({"url": "https://h/?key=hunter2"}, "url", "write key=${KEY} and set that variable"),
        ({"url": "${H}/x?token=hunter2"}, "url", "write token=${TOKEN} and set that variable"),
        ({"url": "https://h/?token=${T:-hunter2}"}, "url", "write token=${TOKEN} and set that variable"),
        ({"url": "${U:-https://h/?token=hunter2}"}, "url", "write token=${TOKEN} and set that variable"),
        ({"url": "https://cal/a/private-0123456789abcdef/basic.ics"}, "url", "write ${CALENDAR_URL} and set that"),
        ({"note": "ghp_abcdefghijklmnopqrst0123"}, "note", "write ${NOTE} and set that variable"),
        ({"deep": [{"x": {"password": "hunter2"}}]}, "deep[0].x.password", "write ${PASSWORD} and set that variable"),
    ],
)
def test_a_credential_in_clear_is_found_with_its_fix(data: Any, key: str, fix: str) -> None:
    problems = found(data)
    assert list(problems) == [key]
    assert problems[key].startswith(fix)
    assert "hunter2" not in problems[key]


@pytest.mark.parametrize(
    "data",
    [
        {"auth": {"type": "basic", "username": "ann", "password": "${P}"}},
        {"headers": {"Authorization": "Bearer ${T}", "X-Scope-OrgID": "shop"}},
        {"headers": {"Authorization": "Token token=${T}"}},
        {"token": ""},
        {"token": None},
        {"token_file": "/run/secrets/token"},
        {"tls": {"key_file": "client.key"}},
        {"credentials": {"type": "oauth", "username": "ann", "client_secret": "${S}"}},
        {"url": "https://h:9090/x?token=${T}&key=${K}&query=up"},
        {"url": "${U:-http://localhost:9090}"},
        {"url": "https://h/@ann/x?at=a@b"},
        {"query": 'sum(rate(x{token="a",path=~"/?key=.*"}[5m]))'},
    ],
)
def test_references_and_what_is_no_credential_pass(data: Any) -> None:
    assert found(data) == {}


@pytest.mark.parametrize("name", ["token_url", "keyboard", "author", "passed", "secretary", "page", "tokenizer"])
def test_a_name_that_only_resembles_a_credentials_name_is_none(name: str) -> None:
    assert not names_credential(name)
