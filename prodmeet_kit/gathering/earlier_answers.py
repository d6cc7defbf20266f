"""A metric source that answers what another command of the last hour has asked already without asking again.

Only where an answer cannot change any more: the meeting is past, and so are the moments asked about, by longer than
samples take to arrive. A question is the same when the query, its times and everything that decides which data a
server shows are the same, down to the tenant and the credentials. The files hold none of them: a key is a digest, and
slow to make where it is made of a credential, so that nobody can find one by trying.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import scrypt, sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from prodmeet_kit.archive.layout import ANSWERS
from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.core.version import VERSION
from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.gathering.answer_files import AnswerFiles, Head
from prodmeet_kit.parameters import Product, expand
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.metrics.settings import MetricSettings
from prodmeet_kit.queries.asking import heard
from prodmeet_kit.sources.base import Broken, MetricSource, grid, wide

__all__ = ["SETTLED", "EarlierAnswers", "Shelf", "sharing"]

SETTLED = timedelta(minutes=5)
"""Samples may arrive so late; a server looks as far back for one. A step of the trends comes on top."""

_NOT_THE_DATA = {"jobs", "per_second", "timeout", "step", "scrape_interval"}
"""Settings that change what is asked or how, and no answer."""


@dataclass(frozen=True)
class Shelf:
    """Where commands share answers: in the folder of each product below ``reports``. ``fresh``: all is asked again."""

    reports: Path
    fresh: bool = False


def sharing(
    source: MetricSource, product: Product, window: Window, shelf: Shelf | None, *, now: datetime | None = None
) -> MetricSource:
    """The source itself, or one that shares its answers where the meeting is past and it is a server that answers."""
    config = product.sources.metrics
    settled = (now or datetime.now(UTC)) - SETTLED - max(SETTLED, window.step)
    if shelf is None or config is None or isinstance(source, Broken) or window.end > settled:
        return source
    if not backends.of(product).settles:
        return source
    try:
        which = _which(config)
    except (ProdmeetError, ValueError):  # no scrypt in this OpenSSL
        return source
    files = AnswerFiles(shelf.reports / product.product / ANSWERS)
    return EarlierAnswers(source, files, which, settled, window.zone, fresh=shelf.fresh)


class EarlierAnswers:
    """Answers from the files as far as they have them, else from the source; safe to use from several threads."""

    def __init__(
        self,
        source: MetricSource,
        files: AnswerFiles,
        which: bytes,
        settled: datetime,
        zone: ZoneInfo,
        *,
        fresh: bool = False,
    ) -> None:
        self.name = source.name
        self._source, self._files, self._which = source, files, which
        self._settled, self._zone, self._fresh = settled, zone, fresh
        self._lock = threading.Lock()
        self._asked, self._taken = 0, list[float]()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the source says of itself, and how many answers were had earlier, when."""
        notes = tuple(getattr(self._source, "notes", ()))
        if not self._taken:
            return notes
        times = [f"{datetime.fromtimestamp(at, self._zone):%H:%M}" for at in (min(self._taken), max(self._taken))]
        when = f"at {times[0]}" if times[0] == times[1] else f"between {times[0]} and {times[1]}"
        return (*notes, f"{len(self._taken)} of {self._asked} questions answered earlier, {when}")

    @property
    def beneath(self) -> MetricSource:
        """The source itself."""
        return self._source

    def answer(self, question: Question) -> Answer:
        """The answer, to the last bit as the source gave it. Raises as the source does."""
        held = self.held(question)
        if held is not None:
            return held
        answer, every = heard(self._source, question)
        if every:
            self.keep(question, answer)
        return answer

    def held(self, question: Question) -> Answer | None:
        """The answer had earlier; ``None`` where the source is to be asked."""
        with self._lock:
            self._asked += 1
        found = None if self._fresh or question.end > self._settled else self._files.read(self._key(question))
        if found is None:
            return None
        head, values = found
        times = grid(question)
        if len(times) != head.rows:
            return None
        with self._lock:
            self._taken.append(head.at)
        frame = wide(times, head.columns, values)
        return Answer(question, frame, took_s=head.took_s, points=head.points, source=head.source)

    def close(self) -> None:
        """Keep the folder within its limit, and let the source's connections go."""
        self._files.tidy()
        self._source.close()

    def keep(self, question: Question, answer: Any) -> None:
        """Keep an answer about a time that is settled, that is whole and says nothing beside its numbers.

        One without series is asked again: it is often what somebody is about to put right on the server.
        """
        if not isinstance(answer, Answer) or answer.error or answer.partial or answer.warnings:
            return
        if question.end > self._settled:
            return
        frame = answer.frame
        if not isinstance(frame, pd.DataFrame) or frame.empty or not frame.index.equals(grid(question)):
            return
        columns = list(frame.columns)
        if not all(isinstance(column, str) for column in columns) or not (frame.dtypes == np.float64).all():
            return
        head = Head(self._files.now(), columns, len(frame), answer.took_s, answer.points, answer.source)
        self._files.write(self._key(question), head, frame.to_numpy())

    def _key(self, question: Question) -> str:
        step, window = (each and format_duration(each) for each in (question.step, question.window))
        told = [question.query, question.start.timestamp(), question.end.timestamp(), step, window]
        return sha256(self._which + json.dumps(told).encode("ascii")).hexdigest()


def _which(config: MetricSettings) -> bytes:
    """A digest of which data of which server is shown: address, tenant, parameters, credentials, as they are now."""
    written = config.model_dump(mode="json", exclude=_NOT_THE_DATA)
    expanded = _expanded(written)
    told = json.dumps([VERSION, expanded], sort_keys=True).encode("ascii")
    if {**written, "url": ""} == {**expanded, "url": ""} and not {*"@?"} & {*str(expanded.get("url"))}:
        return sha256(told).digest()  # a file holds no credential: it can only come from a variable, or in the address
    return scrypt(told, salt=b"prodmeet-kit answers", n=2**13, r=8, p=1)


def _expanded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _expanded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_expanded(inner) for inner in value]
    return expand(value) if isinstance(value, str) else value
