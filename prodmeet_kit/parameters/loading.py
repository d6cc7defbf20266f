"""A product's parameters: ``<folder>/<name>.yaml`` over the defaults, whole and checked, or every problem at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from prodmeet_kit.core.errors import InputError, ParametersError, Problem
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters.checks import CHECKS, Finding
from prodmeet_kit.parameters.credentials import credentials_in_clear
from prodmeet_kit.parameters.documents import WHOLE, Document, Way, document, dotted, read_document, read_text
from prodmeet_kit.parameters.for_each.expanding import expanded
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.parameters.validation import did_you_mean, say, shown

__all__ = ["load", "products", "read_defaults"]

_DEFAULTS = "defaults.yaml"
_METRICS: Way = ("sources", "metrics")


def load(name: str, folder: Path) -> Product:
    """The product that ``<folder>/<name>.yaml`` describes.

    Its content lies over ``<folder>/defaults.yaml``, or over the defaults the
    package ships when there is none: mappings merge, lists and scalars replace.
    References such as ``${TOKEN}`` stay as written; each ``for_each`` becomes the
    services it stands for.

    Raises :class:`InputError` when there is no such product, and
    :class:`ParametersError` with every problem of both files.
    """
    path = folder / f"{name}.yaml"
    if "/" in name or "\\" in name or path.name == _DEFAULTS or not path.is_file():
        raise InputError(_no_such_product(name, folder))
    read = read_document(path), read_defaults(folder)
    own, defaults = map(expanded, read)
    problems = [*_shape(own), *_shape(defaults, may_be_empty=True)]
    if problems and (own.data is None or not isinstance(own.data, dict)):
        raise ParametersError(problems)
    base = defaults.data if isinstance(defaults.data, dict) else {}
    product, found = _product(_over(own.data, _of_its_metrics(own.data, base)), name)
    listing = own if isinstance(own.data, dict) and "services" in own.data else defaults
    for way, value, fix in found:
        if way == ("services",) and listing.problems:
            continue  # they say why there are none
        written = listing.written(way)
        problems.append(Problem(_place(written, read), dotted(written), value, fix))
    problems += [problem for each in read for problem in _in_clear(each)]
    if problems or product is None:
        raise ParametersError(tuple(_once(problems)))
    return product


def products(folder: Path) -> list[str]:
    """The names of the products in a folder, in alphabetical order.

    Every ``.yaml`` file is a product but the defaults, files without content
    and files that hold a list: those are records, such as ``incidents.yaml``.
    Raises :class:`InputError` when there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: give the one that holds the parameter files, one for each product")
    files = sorted(path for path in folder.glob("*.yaml") if path.name != _DEFAULTS and not path.name.startswith("."))
    return [path.stem for path in files if _is_product(path)]


def _defaults_file(folder: Path) -> Path:
    """The defaults that hold in a folder: its own file, or the one the package ships."""
    own = folder / _DEFAULTS
    if own.is_file():
        return own
    installed = Path(__file__).with_name(_DEFAULTS)
    return installed if installed.is_file() else Path(__file__).parents[2] / "parameters" / _DEFAULTS


def read_defaults(folder: Path) -> Document:
    """The document of the defaults that hold in a folder; its data is the caller's own.

    Read every time, but parsed once for each content: every product of a folder lies over the same.
    """
    file = _defaults_file(folder)
    text = read_text(file)
    if isinstance(text, Document):
        return text
    parsed = _parsed(str(file), text)
    return replace(parsed, data=deepcopy(parsed.data))


_parsed = lru_cache(maxsize=4)(document)


def _no_such_product(name: str, folder: Path) -> str:
    if (folder / f"{name}.yml").is_file():
        return f"{folder / name}.yml: rename the file to {name}.yaml"
    known = products(folder)
    if not known:
        return f"no product {name}: {folder} holds no parameter file; write {folder / name}.yaml"
    return f"no product {name} in {folder}: {did_you_mean(name, known)}"


def _is_product(path: Path) -> bool:
    """Whether the first line with content begins no list. A file that cannot be read counts, so that load says why."""
    text = read_text(path)
    if isinstance(text, Document):
        return True
    content = (line.strip() for line in text.splitlines())
    first = next((line for line in content if line and not line.startswith(("#", "---", "%"))), "")
    return bool(first) and not first.startswith(("- ", "[")) and first != "-"


def _shape(document: Document, *, may_be_empty: bool = False) -> list[Problem]:
    """The problems of reading a file, and whether it holds a mapping at all."""
    problems = list(document.problems)
    if problems or isinstance(document.data, dict):
        return problems
    if document.data is None:
        fix = "write at least product: and services:"
        return [] if may_be_empty else [Problem(document.file, WHOLE, "empty", fix)]
    kind = "a list" if isinstance(document.data, list) else "one value"
    return [Problem(document.place(()), WHOLE, kind, "write a mapping (key: value) at the top")]


def _over(own: Any, base: Any) -> Any:
    """``own`` over ``base``: mappings merge deeply, anything else replaces."""
    if isinstance(own, dict) and isinstance(base, dict):
        return {**base, **{key: _over(value, base.get(key)) for key, value in own.items()}}
    return own


def _of_its_metrics(own: Any, base: dict[str, Any]) -> dict[str, Any]:
    """The defaults, without keys of a metric source that the product's, of another type, does not know."""
    wanted, given = _metrics(own), _metrics(base)
    kind = wanted.get("type")
    if not isinstance(kind, str) or kind == given.get("type", backends.DEFAULT):
        return base
    fields = backends.known(kind).settings.model_fields
    kept = {key: value for key, value in given.items() if key in fields}
    return {**base, "sources": {**base["sources"], "metrics": kept}} if given else base


def _metrics(data: Any) -> dict[str, Any]:
    sources = data.get("sources") if isinstance(data, dict) else None
    metrics = sources.get("metrics") if isinstance(sources, dict) else None
    return metrics if isinstance(metrics, dict) else {}


def _say(error: Mapping[str, Any], data: dict[str, Any]) -> Finding:
    """The finding of one of pydantic's errors; the keys of a metric source are those of its type."""
    if tuple(error["loc"][:2]) != _METRICS:
        return say(error, Product)
    kind = _metrics(data).get("type", backends.DEFAULT)
    settings = backends.known(kind if isinstance(kind, str) else backends.DEFAULT).settings
    way, value, fix = say(error, settings, _METRICS)
    return way, redact(value), redact(fix)  # a validator of another package may have said what a variable holds


def _product(data: dict[str, Any], name: str) -> tuple[Product | None, list[Finding]]:
    found: list[Finding] = [finding for check in CHECKS for finding in check(data)]
    given = data.get("product")
    if isinstance(given, str) and given != name:
        found.append((("product",), shown(given, ("product",)), f"write {name}, the file's name, or rename the file"))
    try:
        return Product.model_validate(data), found
    except ValidationError as error:
        return None, found + [_say(each, data) for each in error.errors() if not _said_already(each, found)]


def _said_already(error: Mapping[str, Any], found: list[Finding]) -> bool:
    """Whether an error only sums up others.

    The model as a whole looks for names used twice, which a check has told with
    their place; a list with wrong items counts as too short, and the items say why.
    """
    return (not error["loc"] and bool(found)) or (error["type"] == "too_short" and len(error["input"]) > 0)


def _place(way: Way, documents: tuple[Document, ...]) -> str:
    """The file and line of a value: the product's own where it has it, else the defaults'."""
    for each in documents:
        if way in each.lines:
            return each.place(way)
    return _place(way[:-1], documents) if way else documents[0].file


def _in_clear(document: Document) -> list[Problem]:
    return [
        Problem(document.place(way), dotted(way), "in clear", fix) for way, fix in credentials_in_clear(document.data)
    ]


def _once(problems: list[Problem]) -> Iterator[Problem]:
    """In the order of the file, one for each key; a credential in clear comes before what else is wrong with it."""
    seen: set[tuple[str, str]] = set()
    for problem in sorted(problems, key=_order):
        file = problem.file.partition(":")[0]
        if (file, problem.key) not in seen or problem.key == WHOLE:
            seen.add((file, problem.key))
            yield problem


def _order(problem: Problem) -> tuple[str, int, bool, str]:
    file, _, line = problem.file.partition(":")
    first = line.partition(":")[0]
    return file, int(first) if first.isdigit() else 0, problem.value != "in clear", problem.key
