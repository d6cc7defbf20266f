"""Connections of urllib3 that belong to the call of their thread, from looking the name up to the last byte."""

from __future__ import annotations

import queue
import socket
import threading
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from prodmeet_kit.sources.http.guard import Call, current

__all__ = ["WatchedAdapter"]

_CONNECT_S = 5.0  # a server that is there accepts a connection long before that
_LOOK_S = 0.1  # how often a name that is looked up is given up when the call is over

Address = tuple[Any, ...]


class _Watched(HTTPConnection):
    """A connection whose sockets the call of this thread may shut down."""

    def _new_conn(self) -> socket.socket:
        call = current()
        if call is None:
            return super()._new_conn()
        try:
            addresses = _looked_up(self.host, self.port or self.default_port, call)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        trouble: Exception = NewConnectionError(self, "the name has no address")
        for family, kind, protocol, _, address in addresses:
            try:
                return self._connected(socket.socket(family, kind, protocol), address, call)
            except TimeoutError:
                trouble = ConnectTimeoutError(self, f"Connection to {self.host} timed out.")
            except OSError as error:
                trouble = NewConnectionError(self, f"Failed to establish a new connection: {error}")
        raise trouble

    def _connected(self, made: socket.socket, address: Any, call: Call) -> socket.socket:
        try:
            call.attach(made)
            for option in self.socket_options or ():
                made.setsockopt(*option)
            made.settimeout(min(_CONNECT_S, call.left))
            made.connect(address)
        except BaseException:
            made.close()
            raise
        return made

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; a connection that was kept belongs to this call now."""
        call = current()
        if call is not None and self.sock is not None:
            call.attach(self.sock)
        super().request(*args, **kwargs)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class WatchedAdapter(HTTPAdapter):
    """An adapter of requests whose connections belong to the call of the thread that uses them."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*args, **kwargs)
        _with_our_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """The pools of connections through a proxy."""
        return _with_our_pools(super().proxy_manager_for(proxy, **kwargs))


def _with_our_pools(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


def _looked_up(host: str, port: int, call: Call) -> list[Address]:
    """The addresses of a name; looked up in a thread that may be left behind, since nothing can hurry it."""
    host = host.strip("[]")
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass
    found: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()

    def look() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, socket.gaierror) else socket.gaierror(str(error)))

    threading.Thread(target=look, name="name look-up", daemon=True).start()
    while not call.stopped:
        try:
            given = found.get(timeout=min(_LOOK_S, call.left))
        except queue.Empty:
            continue
        if isinstance(given, Exception):
            raise given
        return given
    raise socket.gaierror("the name was not found in time")
