"""A real Prometheus on loopback: fill a TSDB with OpenMetrics text, serve it, stop it.

Needs the programs ``prometheus`` and ``promtool`` (Debian and Ubuntu:
``apt-get install prometheus``; macOS: ``brew install prometheus``). Ask
:func:`missing_programs` first to skip politely where they are absent.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from prodmeet_kit.core.errors import ProdmeetError

__all__ = ["backfill", "running_prometheus"]

Lookup = Callable[[str], str | None]
"""How a program is found by its name: ``shutil.which``, or a stand-in."""

_START_S = 60.0
_STOP_S = 15.0
_READY = "Server is ready to receive web requests"
_PORT_TAKEN = "address already in use"


def _program(name: str, lookup: Lookup) -> str:
    path = lookup(name)
    if path is None:
        raise ProdmeetError(
            f"the program {name} is not installed: apt-get install prometheus (macOS: brew install prometheus)"
        )
    return path


def backfill(days: Iterable[str], data: Path, *, at_once: int = 2, lookup: Lookup = shutil.which) -> None:
    """Write blocks into the TSDB directory ``data`` from OpenMetrics texts.

    Each text stands alone, with its ``# TYPE`` lines and ``# EOF``, and covers
    times no other text covers, best one day: promtool reads a text once for
    each block it makes, so one large text is much slower. ``at_once`` promtools
    run side by side while the next text is made. Raises
    :class:`~prodmeet_kit.core.errors.ProdmeetError` when promtool is missing or
    refuses a text.
    """
    promtool = _program("promtool", lookup)
    data.mkdir(parents=True, exist_ok=True)
    under_way: deque[Future[None]] = deque()
    with tempfile.TemporaryDirectory(prefix="prodmeet-backfill-") as folder, ThreadPoolExecutor(at_once) as pool:
        for number, text in enumerate(days):
            file = Path(folder) / f"{number}.om"
            file.write_text(text, encoding="utf-8")
            under_way.append(pool.submit(_import_blocks, promtool, file, data))
            if len(under_way) > at_once:  # one text may wait on disk, never all of them
                under_way.popleft().result()
        for future in under_way:
            future.result()


def _import_blocks(promtool: str, file: Path, data: Path) -> None:
    # The hidden flag makes blocks of 18 h instead of 2 h: fewer passes over the text, a faster start.
    command = [promtool, "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=24h"]
    done = subprocess.run([*command, str(file), str(data)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProdmeetError(f"promtool could not read the OpenMetrics text: {(done.stderr or done.stdout).strip()}")
    file.unlink()


@contextmanager
def running_prometheus(
    data: Path | None = None,
    *,
    retention: str = "10y",
    arguments: Sequence[str] = (),
    web_config: Path | None = None,
    config_text: str | None = None,
    port: int | None = None,
    start_s: float = _START_S,
    lookup: Lookup = shutil.which,
) -> Iterator[str]:
    """Run Prometheus on 127.0.0.1 and give its base URL; it is stopped on the way out, whatever happens.

    ``data`` is a TSDB directory (a temporary, empty one when ``None``),
    ``retention`` longer than the data is old, ``arguments`` further command
    line flags, ``web_config`` a web configuration file (TLS, passwords),
    ``config_text`` the main configuration (scrapes nothing when ``None``),
    ``port`` a fixed port (a free one when ``None``). Raises
    :class:`~prodmeet_kit.core.errors.ProdmeetError` when the program is missing,
    stops by itself, or is not ready after ``start_s`` seconds.
    """
    program = _program("prometheus", lookup)
    with tempfile.TemporaryDirectory(prefix="prodmeet-prometheus-") as name:
        folder = Path(name)
        config = folder / "prometheus.yml"
        config.write_text(config_text if config_text is not None else "global: {}\n", encoding="utf-8")
        command = [
            program,
            f"--config.file={config}",
            f"--storage.tsdb.path={data or folder / 'data'}",
            f"--storage.tsdb.retention.time={retention}",
            *([f"--web.config.file={web_config}"] if web_config else []),
            *arguments,
        ]
        process, chosen = _start(command, folder / "log", port, start_s)
        try:
            tls = web_config is not None and "tls_server_config" in web_config.read_text(encoding="utf-8")
            yield f"{'https' if tls else 'http'}://127.0.0.1:{chosen}"
        finally:
            _stop(process)


def _start(command: list[str], log: Path, port: int | None, start_s: float) -> tuple[subprocess.Popen[bytes], int]:
    """Start and wait until ready; take another port when somebody was faster with the free one."""
    for _ in range(3):
        chosen = port or _free_port()
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, f"--web.listen-address=127.0.0.1:{chosen}"], stdout=out, stderr=subprocess.STDOUT
            )
        try:
            trouble = _wait_until_ready(process, log, start_s)
        except BaseException:
            _stop(process)
            raise
        if not trouble:
            return process, chosen
        _stop(process)
        if port or _PORT_TAKEN not in trouble:
            break
    raise ProdmeetError(f"prometheus did not start: {trouble}")


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path, start_s: float) -> str:
    """The last lines of the log when it did not get ready, else the empty string.

    The log tells, not ``/-/ready``: that asks for a password where the web configuration sets one.
    """
    give_up = time.monotonic() + start_s
    while time.monotonic() < give_up:
        stopped = process.poll() is not None
        text = log.read_text(encoding="utf-8", errors="replace")
        if _READY in text and not stopped:
            return ""
        if stopped:
            return _tail(text) or f"exit status {process.returncode}"
        time.sleep(0.05)
    return f"not ready after {start_s:g} s; its last words: {_tail(log.read_text(encoding='utf-8', errors='replace'))}"


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-3:])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
