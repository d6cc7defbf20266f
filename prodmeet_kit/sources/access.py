"""What every source that asks over HTTP does alike: a bearer token, and the files of TLS."""

from __future__ import annotations

from pathlib import Path

import requests
from requests.auth import AuthBase

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.models import Tls

__all__ = ["Bearer", "use_tls"]


class Bearer(AuthBase):
    """``Authorization: Bearer``; as an auth object it also keeps ``~/.netrc`` out."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


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
    if tls.cert_file:
        cert = file("cert_file", tls.cert_file)
        session.cert = (cert, file("key_file", tls.key_file)) if tls.key_file else cert
