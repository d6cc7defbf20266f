"""Who we are to a server: credentials, the address they are for, and the files of TLS."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import requests
import urllib3
from requests.auth import AuthBase, HTTPBasicAuth

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.redaction import remember
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.models import Auth, Tls

__all__ = ["Bearer", "Nobody", "address", "basic", "credentials", "sendable", "token", "use_tls"]


class Nobody(AuthBase):
    """No credentials, not even those of ``~/.netrc``."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request as it is."""
        return request


class Bearer(AuthBase):
    """``Authorization: Bearer``; as an auth object it also keeps ``~/.netrc`` out."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def basic(username: str, password: str) -> AuthBase:
    """``Authorization: Basic`` in UTF-8; the password is masked in every text from now on."""
    remember(password)
    return HTTPBasicAuth(username.encode(), password.encode())


def credentials(auth: Auth | None, key: str) -> AuthBase | None:
    """What the ``auth`` of a source stands for; ``key`` is where it is in the parameter file.

    Raises :class:`SourceError` that names the key when a token cannot be sent or a variable is not set.
    """
    if auth is None:
        return None
    if auth.type == "basic":
        return basic(expand(auth.username), expand(auth.password, secret=True))
    return Bearer(token(auth.token, f"{key}.token"))


def token(text: str, key: str) -> str:
    """A token from its reference; it is masked in every text from now on. Raises as :func:`sendable` does."""
    value = sendable(expand(text, secret=True), key)
    remember(value)
    return value


def sendable(value: str, key: str) -> str:
    """The value without blanks around it. Raises :class:`SourceError` with ``key`` when no header can carry it."""
    value = value.strip()
    if not value:
        raise SourceError(f"{key} is empty: give it a value")
    if not (value.isascii() and value.isprintable()):
        raise SourceError(f"{key} holds a line break or a letter no header can carry: write it again")
    return value


def address(text: str, key: str, *, example: str, secrets: str) -> tuple[str, AuthBase | None]:
    """The base URL a text with references stands for, without userinfo and without ``/`` at its end; the userinfo.

    ``key`` is where the source is in the parameter file, ``secrets`` the keys that credentials belong under.
    Raises :class:`SourceError` for what is no address of HTTP (``example`` is one), and for one with a query,
    where credentials would be shown.
    """
    try:
        parts = urlsplit(expand(text).strip())
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"{key}.url is no address: write one such as {example}")
    if parts.query or parts.fragment:
        raise SourceError(f"{key}.url holds a ? or #: write credentials under {secrets}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
    if not parts.username:
        return url, None
    return url, basic(unquote(parts.username), unquote(parts.password or ""))


def use_tls(session: requests.Session, tls: Tls | None, key: str, folder: Path) -> None:
    """Give the session the files of ``tls``, relative ones looked for in ``folder``.

    ``key`` is where the source stands in the parameter file. Raises
    :class:`SourceError` that names the key when a file is not there.
    """
    if tls is None:
        return

    def file(name: str, text: str) -> str:
        path = folder / expand(text)
        if not path.is_file():
            raise SourceError(f"{key}.tls.{name}: there is no file {path}")
        return str(path)

    session.verify = file("ca_file", tls.ca_file) if tls.ca_file and tls.verify else tls.verify
    if not tls.verify:  # the parameter file says so: no warning at every question
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if tls.cert_file:
        cert = file("cert_file", tls.cert_file)
        session.cert = (cert, file("key_file", tls.key_file)) if tls.key_file else cert
