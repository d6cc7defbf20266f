"""How every source asks over HTTP: one policy, for our own questions and for the clients of others.

- **Time.** A time-out bounds the whole answer on the wall clock: looking the name up, connecting, TLS, every byte of
  headers and body however slowly they come, redirects, and all tries. (Time-outs of sockets do not: they begin anew
  with each byte.)
- **Interrupts.** While :func:`hanging_up` lasts, whatever is under way ends at once and nothing new begins.
- **Redirects.** A GET is followed within its own scheme, host and port, five times at most, and keeps its query: where
  the new place would lose it, and for every other place, the error names that place. What may change something on the
  server is followed nowhere. No credential goes anywhere else.
- **Proxies.** Those of the environment (``HTTPS_PROXY``, ``NO_PROXY``); loopback is always asked without one.
- **Again.** 429 after its ``Retry-After``, if that fits the time; 500, 502, 503, 504 and broken connections three times
  in all. What may change something is sent once. A server found down is left alone for a while.
- **Turns.** Where the policy has some, all processes of a machine together ask one server no more at once and a second.
- **Size.** Bytes on the wire, bytes unpacked and values of JSON are bounded.
- **Words.** Errors are :class:`.SourceError` and its kinds; they name the key that fixes it, quote
  the server short and printable, and hold no credential.

:class:`Client` asks; :class:`Session` is for clients of others that take a session of requests, :func:`mount` puts the
policy under a session that they bring. No other module of the kit imports an HTTP library, or has a time-out, tries or
redirects of its own: a test looks.
"""

from __future__ import annotations

from prodmeet_kit.sources.http.access import Nobody, address, basic, credentials, sendable, token, use_tls
from prodmeet_kit.sources.http.adapter import Adapter
from prodmeet_kit.sources.http.bodies import TooLarge
from prodmeet_kit.sources.http.client import Client
from prodmeet_kit.sources.http.guard import hanging_up
from prodmeet_kit.sources.http.limits import Limits
from prodmeet_kit.sources.http.policy import Policy, failing, over_soon
from prodmeet_kit.sources.http.session import USER_AGENT, Session, mount
from prodmeet_kit.sources.http.turns import Turns
from prodmeet_kit.sources.http.wire import Wire, place, retry_after, short

__all__ = [
    "USER_AGENT",
    "Adapter",
    "Client",
    "Limits",
    "Nobody",
    "Policy",
    "Session",
    "TooLarge",
    "Turns",
    "Wire",
    "address",
    "basic",
    "credentials",
    "failing",
    "hanging_up",
    "mount",
    "over_soon",
    "place",
    "retry_after",
    "sendable",
    "short",
    "token",
    "use_tls",
]
