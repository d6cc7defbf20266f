"""All processes of a machine together keep to what one server is asked at once and in a second."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.user_cache import cache_folder
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.http import Turns, turns
from prodmeet_kit.sources.prometheus import PrometheusSource
from tests.support.answering import Asked, answering, metric_source, success

SERVER = "http://prometheus.example:9090"
APART_S = 0.05
AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = cache_folder()
    assert found is not None
    return found


def at_once(number: int) -> Turns:
    return Turns("the server", SERVER, number)


def hold(told: Connection) -> None:
    with at_once(1).taken():
        told.send("taken")
        told.recv()


def ask(per_second: float, times: int) -> None:
    mine = Turns("the server", SERVER, 8, per_second)
    for _ in range(times):
        with mine.taken():
            pass


def test_a_turn_of_another_process_is_waited_for_and_is_free_when_that_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "MOST_WAIT_S", 0.05)
    here, there = multiprocessing.Pipe()
    other = multiprocessing.get_context("spawn").Process(target=hold, args=(there,))
    other.start()
    assert here.recv() == "taken"
    with pytest.raises(SourceError, match=r"the server was not asked: .* 1 questions under way"), at_once(1).taken():
        pass
    with at_once(2).taken():  # its own limit counts
        pass
    other.kill()
    other.join()
    with at_once(1).taken():
        pass


def test_two_processes_together_ask_no_more_a_second() -> None:
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=ask, args=(1 / APART_S, 4)) for _ in range(2)]
    began = time.monotonic()
    mine = Turns("the server", SERVER, 8, 1 / APART_S)
    with mine.taken():
        pass
    for each in others:
        each.start()
    for each in others:
        each.join()
    assert [each.exitcode for each in others] == [0, 0]
    with mine.taken():
        assert time.monotonic() - began >= 9 * APART_S * 0.99


@pytest.mark.parametrize("usable", [True, False])
def test_a_process_alone_keeps_to_it_without_a_folder_too(monkeypatch: pytest.MonkeyPatch, usable: bool) -> None:
    if not usable:
        monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    mine, began = Turns("the server", SERVER, 8, 1 / APART_S), time.monotonic()
    with ThreadPoolExecutor(4) as pool, ExitStack() as held:
        list(pool.map(lambda _: held.enter_context(mine.taken()), range(4)))
    assert time.monotonic() - began >= 3 * APART_S * 0.99
    assert mine.paced(time.monotonic() + APART_S / 10) is False


def test_a_clock_that_was_set_back_costs_no_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAIT_S", 0.05)
    ask(0.001, 1)
    with pytest.raises(SourceError, match="per_second"):
        ask(0.001, 1)
    (noted,) = folder.glob("turn-*-time")
    noted.write_bytes(struct.pack("d", time.time() + 1e6))
    ask(0.001, 1)


def test_reports_side_by_side_ask_a_server_no_more_at_once() -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def says(asked: Asked) -> tuple[int, str, bytes]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return success()

    with answering(says) as server, ThreadPoolExecutor(8) as pool:
        sources = [PrometheusSource(metric_source(server.url, jobs=2)) for _ in range(4)]
        question = Question("k", "metrics", "up", AT, AT)
        list(pool.map(lambda number: sources[number % 4].answer(question), range(16)))
        for source in sources:
            source.close()
    assert len(server.asked) == 16
    assert most <= 2


def test_a_name_tells_host_and_port_and_nothing_of_them(folder: Path) -> None:
    for url in ("http://prom.example/a", "http://PROM.example:80/b", "http://prom.example:81"):
        with Turns("the server", url, 1).taken():
            pass
    names = [path.name for path in folder.iterdir()]
    assert len(names) == 2
    assert not any("prom" in name for name in names)


def test_turns_of_long_ago_are_removed_but_those_that_are_held(folder: Path) -> None:
    with Turns("the server", "http://free", 1).taken():
        (free,) = folder.iterdir()
    with Turns("the server", "http://held", 1).taken():
        (held,) = {*folder.iterdir()} - {free}
        for path in (free, held):
            os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)
        turns._tidy.cache_clear()  # as another process
        with at_once(1).taken():
            left = {*folder.iterdir()}
    assert held in left and free not in left


def test_a_turn_that_is_removed_between_opening_and_locking_is_made_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, removed = fcntl.flock, list[Path]()

    def late(number: int, how: int) -> None:
        if not removed:
            removed.extend(folder.iterdir())
            removed[0].unlink()
        lock(number, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with at_once(1).taken():
        assert [*folder.iterdir()] == removed
