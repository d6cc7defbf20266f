"""What errors of requests and urllib3 mean to people. Their own texts may hold credentials."""

from __future__ import annotations

import re
import time
from http.client import IncompleteRead

import requests
from urllib3 import exceptions as lower

from prodmeet_kit.core.errors import SourceError, TimedOut, Unreachable
from prodmeet_kit.sources.http.guard import Call
from prodmeet_kit.sources.http.policy import Policy
from prodmeet_kit.sources.http.wire import short

__all__ = ["Dropped", "meaning"]


class Dropped(Exception):
    """The connection broke before the answer was whole; idle connections may, so another try is fair."""


def meaning(error: Exception, call: Call, policy: Policy) -> Exception:
    """The :class:`SourceError` an error stands for, or :class:`Dropped`."""
    if call.stopped and time.monotonic() < call.deadline:
        return Unreachable(f"{policy.who} was not waited for: interrupted")
    if call.stopped or isinstance(error, requests.exceptions.ReadTimeout | lower.ReadTimeoutError):
        late = policy.late or f"raise {policy.timeout}"
        return TimedOut(f"no answer from {policy.who} within {policy.timeout_s:g} s: {late}")
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(
            f"no safe connection to {policy.who} ({_reason(error)}): check {policy.tls} and {policy.url}"
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"cannot connect to {policy.who}: the proxy of the environment refuses ({_reason(error)})")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable(f"cannot connect to {policy.who}: nothing answers there")
    if isinstance(error, requests.exceptions.ConnectionError) and not _broke(error):
        return Unreachable(f"cannot connect to {policy.who}: {_reason(error)}")
    if isinstance(error, requests.exceptions.ConnectionError | lower.HTTPError | OSError) and not isinstance(
        error, requests.exceptions.InvalidURL
    ):
        return Dropped(_reason(error))
    return SourceError(f"{policy.who} cannot be asked ({type(error).__name__}): check {policy.url}")


def _broke(error: requests.exceptions.ConnectionError) -> bool:
    """Whether a connection there was broke, rather than none came about."""
    return bool(error.args) and isinstance(error.args[0], lower.ProtocolError)


def _reason(error: BaseException) -> str:
    """What the innermost error says, such as ``Connection refused``.

    Texts alone end with it too: ``HTTPSConnectionPool(...): ... (Caused by SSLError(1, '[SSL: X] wrong version'))``.
    """
    inner = next((part for part in error.args if isinstance(part, BaseException)), None)
    if inner is not None:
        return _reason(inner)
    if isinstance(error, IncompleteRead):
        return "its answer ended early"
    if isinstance(error, OSError) and error.strerror and not isinstance(error, requests.RequestException):
        return short(error.strerror)
    text = re.split(r"\] |: ", str(error).rstrip(")'\" "))[-1]
    return short(text) or type(error).__name__
