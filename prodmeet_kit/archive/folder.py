"""The folder of a report appears whole or not at all.

It is written beside its place under a hidden name, flushed to the disk, and
changes places with the report of the same date in one step: one of the two
always stands there, also after a power cut. What people wrote into the older
one goes along (:mod:`.kept`). What an interrupted run left is fixed or removed
by the next one: nobody holds it any more (:mod:`prodmeet_kit.core.locks`).
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from prodmeet_kit.archive.layout import INCOMPLETE, LATEST, NOT_RUN, days, newest, read_record
from prodmeet_kit.archive.user_edits import carry, list_written, stamps
from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.core.locks import hold_new, is_held

__all__ = ["put_in_place", "staging"]

_NEW = ".new-"
_OLD = ".old-"
_NAMED_OLD = re.compile(rf"{re.escape(_OLD)}(\d{{4}}-\d{{2}}-\d{{2}}(?:{re.escape(INCOMPLETE)})?)-[0-9a-f]+")
_CAME_BETWEEN = {errno.ENOENT, errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}
_TRIES = 5


@contextmanager
def staging(product_folder: Path) -> Iterator[Path]:
    """A new hidden folder beside the reports of a product; what is left of it at the end is removed.

    Folders that were made on the way to it and are still empty are removed as well. Raises :class:`ReportError`
    that names what cannot be written, or what stands where the kit keeps its link.
    """
    made = [folder for folder in (product_folder, *product_folder.parents) if not folder.exists()]
    tried: list[Path] = []

    def make() -> Path:
        tried.append(product_folder / f"{_NEW}{secrets.token_hex(8)}")
        tried[-1].mkdir()
        return tried[-1]

    try:  # an interrupt may come as soon as the first folder is there
        with ExitStack() as stack:
            try:
                durable.make_folder(product_folder)
                _repair(product_folder)
                _look_at_latest(product_folder / LATEST)
                new = stack.enter_context(hold_new(make))
            except OSError as error:
                raise ReportError(f"cannot write to {product_folder}: {_why(error, product_folder)}") from error
            try:
                yield new
            except OSError as error:
                raise ReportError(f"the report cannot be written: {_why(error)}") from error
    finally:
        for folder in tried:
            durable.remove(folder)
        for parent in made:
            with suppress(OSError):  # not empty: a report is in it
                parent.rmdir()


def put_in_place(folder: Path, day: str, told: Callable[[str], object], *, whole: bool = True) -> Path:
    """Put a finished folder under its date and point ``latest`` to the newest date. Returns the new path.

    What people wrote into the report that stood there is carried over; ``told`` gets a line for each file that had
    to take another name. A report that was not run to its end (``whole`` is false) leaves a whole one where it is
    and goes beside it, until a whole one comes.
    Raises :class:`ReportError` when that fails; then the report that stood there still stands.
    """
    product_folder = folder.parent
    target, beside = product_folder / day, product_folder / f"{day}{INCOMPLETE}"
    if not whole and target.is_dir() and not _is_incomplete(target):
        told(f"the report of {day} stays as it is; what could be made now is in {beside}")
        target = beside
    _look_at_latest(product_folder / LATEST)
    _look_at_place(target)
    state = folder.stat() if folder.is_dir() else None
    try:
        list_written(folder)
        durable.flush(folder)  # before any name changes
        if target != beside and beside.is_dir():
            carry(beside, folder, told)
        _swap(folder, target, told)
    except OSError as error:
        why = _why(error, target)
        raise ReportError(f"cannot put the report at {target}: {why}; what stood there is untouched") from error
    except KeyboardInterrupt:
        if state is not None and target.is_dir() and os.path.samestat(state, target.stat()):
            raise ReportError(f"interrupted, when {target} was written") from None
        raise
    if target != beside:
        durable.remove(beside)
    _point_to_newest(product_folder, told)
    return target


def _why(error: OSError, *known: Path) -> str:
    """What went wrong with which file; one that is ``known`` need not be named. What is gone is named as gone."""
    given = [Path(os.fsdecode(name)) for name in (error.filename, error.filename2) if name is not None]
    if isinstance(error, FileNotFoundError) and given:
        # Of two, the second is to be made: only its folder has to be there.
        first, *second = given
        missing = [path for path in (first, *(path.parent for path in second)) if not os.path.lexists(path)]
        gone = missing[0] if missing else first
        while not os.path.lexists(gone.parent):
            gone = gone.parent
        return f"{gone} is gone"
    what = error.strerror or str(error)
    return what if not given or given[0] in known else f"{given[0]}: {what}"


def _is_incomplete(report: Path) -> bool:
    """Whether the report says that some of its cells were not run; one that cannot be read does not."""
    try:
        return bool(read_record(report).get(NOT_RUN))
    except (OSError, ValueError, AttributeError, RecursionError):
        return False


def _look_at_latest(latest: Path) -> None:
    """Raise where somebody keeps something of their own under the name of the kit's link."""
    if latest.is_symlink() or not latest.exists():
        return
    if latest.is_dir():
        raise ReportError(f"{latest} is a folder, and the kit keeps its link to the newest report there: move it away")
    if newest(latest.parent) == latest:
        raise ReportError(f"{latest} is a file that prodmeet did not write: move it away, its place is needed")


def _look_at_place(target: Path) -> None:
    if os.path.lexists(target) and not target.is_dir():
        what = "a link that leads to no folder" if target.is_symlink() else "a file"
        raise ReportError(f"{target} is {what}, and the report belongs there: move it away")


def _swap(folder: Path, target: Path, told: Callable[[str], object]) -> None:
    """Let the two change places, and ``folder`` hold what stood there; or move it there when nothing does."""
    for attempt in range(_TRIES):
        try:
            if not target.is_dir():
                durable.rename(folder, target)
            else:
                before = stamps(target)
                carry(target, folder, told)
                durable.flush(folder)
                _change_places(folder, target, before, told)
            return
        except OSError as error:
            # Another run of the same date came between, or took away what stood there: it is looked at again.
            if error.errno not in _CAME_BETWEEN or not folder.is_dir() or attempt + 1 == _TRIES:
                raise


def _change_places(folder: Path, target: Path, before: dict[str, object], told: Callable[[str], object]) -> None:
    if durable.exchange(folder, target):
        old, new = folder, target
    else:
        old = target.parent / f"{_OLD}{target.name}-{secrets.token_hex(8)}"
        durable.rename(target, old)
        new = folder
    try:
        # What people wrote in the moment since it was carried; nobody writes there any more.
        if stamps(old) != before:
            carry(old, new, told, before)
            durable.flush(new)
    finally:
        if new is target or _moved_in(folder, target, old):
            _leave(old, target, told)


def _moved_in(folder: Path, target: Path, old: Path) -> bool:
    """The second step where a file system cannot exchange two places; ``old`` comes back when it fails."""
    try:
        durable.rename(folder, target)
    finally:
        if not target.exists():
            durable.rename(old, target)
    return True


def _leave(old: Path, target: Path, told: Callable[[str], object]) -> None:
    """Remove the older report, unless somebody has it open: then the first run after that does."""
    if not is_held(old):
        durable.remove(old)
        return
    if not _NAMED_OLD.fullmatch(old.name):
        durable.rename(old, target.parent / f"{_OLD}{target.name}-{secrets.token_hex(8)}")
    told(f"{target} is open in prodmeet live or explore, which goes on with the report as it was: open it again")


def _point_to_newest(product_folder: Path, told: Callable[[str], object]) -> None:
    latest = product_folder / LATEST
    try:
        day = days(product_folder)[-1]
        if latest.is_symlink() and latest.readlink() == Path(day):
            return
        fresh = product_folder / f"{_NEW}{secrets.token_hex(8)}"
        try:
            try:
                fresh.symlink_to(day, target_is_directory=True)
            except (OSError, NotImplementedError):  # a file system without links: the name, as text
                durable.write(latest, day + "\n")
            else:
                fresh.replace(latest)
                durable.sync_folder(product_folder)
        finally:
            durable.remove(fresh)
    except OSError as error:
        told(f"{latest} could not be pointed to the newest report: {_why(error, latest)}")


def _repair(product_folder: Path) -> None:
    """Put back a report that a killed run moved aside, and remove what killed runs left."""
    for path in product_folder.iterdir():
        if named := _NAMED_OLD.fullmatch(path.name):
            target = product_folder / named[1]
            if not target.exists():
                durable.rename(path, target)
                continue
        elif not path.name.startswith((_NEW, durable.DRAFT)):
            continue
        if not is_held(path):
            durable.remove(path)
