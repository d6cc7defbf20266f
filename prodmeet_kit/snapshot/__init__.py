"""The frozen snapshot: facts in a folder, opened again without a server.

::

    snapshot/
    ├── manifest.json      every query with its text, time and checksum; readable by a person
    ├── series/            one Parquet file for each answer
    └── records/           one Parquet file for each kind of record

Any tool that reads Parquet opens the files. A snapshot holds no credential.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from prodmeet_kit import kinds
from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import SnapshotError
from prodmeet_kit.core.locks import hold_new, is_held
from prodmeet_kit.core.version import VERSION
from prodmeet_kit.facts import Answer, Facts
from prodmeet_kit.schemas import frames
from prodmeet_kit.snapshot.files import AGAIN, LARGEST_MANIFEST, MANIFEST, read
from prodmeet_kit.snapshot.manifest import FORMAT, File, answer_of, facts_of, head, query
from prodmeet_kit.snapshot.masking import without_credentials

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MANIFEST", "copy", "freeze", "outline", "record", "reopen"]

MOST_ENTRIES = 20_000
"""Queries and records of a snapshot."""

MOST_NUMBERS = 64_000_000
"""Values in all files of a snapshot together: half a gigabyte in memory."""

_OLD = "old"
_EARLIER_RULES = "records/earlier_alert_rules.parquet"
_LONGEST_WHY = 200

T = TypeVar("T")


def freeze(facts: Facts, folder: Path) -> Path:
    """Write the facts into ``folder``, whole or not at all, and return it.

    A snapshot that stands there is replaced. The same facts always give the
    same bytes. Raises :class:`SnapshotError` when the folder holds something
    else or cannot be written; it is then as it was.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise SnapshotError(f"{folder} holds something other than a snapshot: give another folder")
    begin = f".{folder.name}-"

    def make() -> Path:
        return Path(tempfile.mkdtemp(prefix=begin, dir=folder.parent))

    try:
        durable.make_folder(folder.parent)
        _put_back(folder, begin)
        with hold_new(make) as beside:
            try:
                _write(without_credentials(facts), beside / "new")
                durable.flush(beside / "new")
                durable.replace_folder(beside / "new", folder, beside / _OLD)
            finally:
                durable.remove(beside)
    except OSError as error:
        raise SnapshotError(f"{folder} cannot be written: {error.strerror}: free the place or give another") from error
    return folder


def _put_back(folder: Path, begin: str) -> None:
    """Remove what killed runs left; a snapshot that one of them had moved aside comes back."""
    for left in [path for path in folder.parent.iterdir() if path.name.startswith(begin) and not is_held(path)]:
        if not folder.exists() and (left / _OLD).is_dir():
            durable.rename(left / _OLD, folder)
        durable.remove(left)


def _write(facts: Facts, folder: Path) -> None:
    from prodmeet_kit.snapshot.tables import write_record, write_series

    for part in ("series", "records"):
        (folder / part).mkdir(parents=True)

    def keep(name: str, data: bytes) -> File:
        durable.fill(folder / name, data)
        return name, sha256(data).hexdigest()

    queries = []
    for number, (key, answer) in enumerate(facts.answers.items(), start=1):
        name = f"series/{number:03}-{re.sub(r'[^A-Za-z0-9_.-]+', '-', key)[:80]}.parquet"
        queries.append(query(answer, None if answer.frame is None else keep(name, write_series(answer.frame))))
    records = []
    for key, frame in facts.records.items():
        entry: dict[str, Any] = {"name": key, "rows": None, "file": None, "sha256": None}
        if frame is not None:
            name, digest = keep(f"records/{key}.parquet", write_record(kinds.spec(key), frame))
            entry |= {"rows": len(frame), "file": name, "sha256": digest}
        records.append(entry)
    content = {**head(facts, VERSION), "records": records, "queries": queries}
    if facts.previous is not None and facts.previous.rules is not None:
        name, digest = keep(_EARLIER_RULES, write_record(frames.ALERT_RULES, facts.previous.rules))
        content["previous"]["rules"] = {"name": frames.ALERT_RULES.name, "file": name, "sha256": digest}
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    durable.fill(folder / MANIFEST, text + "\n")


def reopen(folder: Path) -> Facts:
    """The facts that :func:`freeze` wrote, with every file's checksum verified.

    Raises :class:`SnapshotError` that names the file which is missing, changed
    or written by a newer kit.
    """
    manifest = _manifest(folder)
    with _as_written(folder):
        _listed(manifest)
        # One after another: the files are small, and threads made it half as slow again.
        answers, left = [], MOST_NUMBERS
        for entry in manifest["queries"]:
            answers.append(_answer(folder, entry))
            left -= 0 if (frame := answers[-1].frame) is None else frame.size
            if left < 0:
                raise SnapshotError(f"{folder} holds more than {MOST_NUMBERS:,} values: shorten the window")
        records = dict(_record(folder, entry) for entry in manifest["records"])
        facts = facts_of(manifest, {answer.question.key: answer for answer in answers}, records)
        kept = (manifest.get("previous") or {}).get("rules")
        if facts.previous is not None and kept is not None:
            facts = replace(facts, previous=replace(facts.previous, rules=_record(folder, kept)[1]))
        return facts


def record(folder: Path, name: str) -> pd.DataFrame | None:
    """One kind of record of a snapshot, its checksum verified; ``None`` when it kept none.

    Raises :class:`SnapshotError` as :func:`reopen` does.
    """
    manifest = _manifest(folder)
    with _as_written(folder):
        entries = [entry for entry in manifest["records"] if entry["name"] == name]
        return _record(folder, entries[0])[1] if entries else None


def outline(folder: Path) -> Facts:
    """The facts of a snapshot without answers and records: which product, which window, how it was defined.

    Raises :class:`SnapshotError` when the manifest is missing, damaged or written by a newer kit.
    """
    manifest = _manifest(folder)
    with _as_written(folder):
        return facts_of(manifest, {}, {})


def copy(folder: Path, to: Path) -> None:
    """Copy a snapshot bit by bit: its manifest and the files that lists, each verified; nothing else and no link.

    Raises :class:`SnapshotError` as :func:`reopen` does, and ``OSError`` when ``to`` cannot be written.
    """
    manifest, text = _manifest_of(folder)
    with _as_written(folder):
        files = {entry["file"]: _data(folder, entry) for entry in _listed(manifest)}
    for part in ("series", "records"):
        (to / part).mkdir(parents=True)
    for name, data in files.items():
        durable.fill(to / name, data)
    durable.fill(to / MANIFEST, text)


def _listed(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries that have a file. ``ValueError`` where one is listed twice, or there are more than any kit writes."""
    rules = (manifest.get("previous") or {}).get("rules")
    entries = [*manifest["queries"], *manifest["records"], *([rules] if rules is not None else [])]
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"{len(entries):,} queries and records")
    found = [entry for entry in entries if entry["file"] is not None]
    if len({entry["file"] for entry in found}) < len(found):
        raise ValueError("a file is listed twice")
    return found


@contextmanager
def _as_written(folder: Path) -> Iterator[None]:
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        why = " ".join(str(error).split())[:_LONGEST_WHY]
        text = f"{folder / MANIFEST} is not as the kit wrote it ({type(error).__name__}: {why}): {AGAIN}"
        raise SnapshotError(text) from None


def _manifest(folder: Path) -> dict[str, Any]:
    return _manifest_of(folder)[0]


def _manifest_of(folder: Path) -> tuple[dict[str, Any], bytes]:
    """What the manifest says, and the file as it is."""
    path = folder / MANIFEST
    try:
        text = read(folder, MANIFEST, LARGEST_MANIFEST)
        manifest = json.loads(text.decode("utf-8"))
        version = int(manifest["format"])
    except FileNotFoundError:
        raise SnapshotError(f"{folder} holds no snapshot: there is no {MANIFEST} in it") from None
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise SnapshotError(f"{path} is damaged: {AGAIN}") from None
    if version > FORMAT:
        kit = str(manifest.get("kit", ""))[:40]
        raise SnapshotError(f"{path} is written by a newer prodmeet-kit ({kit}, format {version}): install that one")
    return dict(manifest), text


def _answer(folder: Path, entry: Mapping[str, Any]) -> Answer:
    from prodmeet_kit.snapshot.tables import read_series

    return answer_of(entry, _opened(folder, entry, read_series))


def _record(folder: Path, entry: Mapping[str, Any]) -> tuple[str, pd.DataFrame | None]:
    from prodmeet_kit.snapshot.tables import read_record

    try:
        spec = kinds.spec(entry["name"])
    except KeyError:
        known = f"it holds {entry['name']}, which this version of the kit does not know"
        fix = "gather the facts again, or open it with the version and the packages that froze it"
        raise SnapshotError(f"{folder / MANIFEST}: {known}: {fix}") from None
    return spec.name, _opened(folder, entry, lambda data: read_record(spec, data))


def _opened(folder: Path, entry: Mapping[str, Any], read_as: Callable[[bytes], T]) -> T | None:
    """What a file of the snapshot holds; ``None`` when the entry has none."""
    if entry["file"] is None:
        return None
    data = _data(folder, entry)
    try:
        return read_as(data)
    except Exception as error:  # noqa: BLE001 - its sum is that of the manifest, and both may be anybody's
        why = " ".join(str(error).split())[:_LONGEST_WHY]
        raise SnapshotError(
            f"{folder / entry['file']} cannot be read ({type(error).__name__}: {why}): {AGAIN}"
        ) from None


def _data(folder: Path, entry: Mapping[str, Any]) -> bytes:
    try:
        data = read(folder, entry["file"])
    except FileNotFoundError:
        raise SnapshotError(f"{folder / entry['file']} cannot be read: it is not there: {AGAIN}") from None
    if sha256(data).hexdigest() != entry["sha256"]:
        raise SnapshotError(f"{folder / entry['file']} is not the file that was frozen (its sha256 differs): {AGAIN}")
    return data
