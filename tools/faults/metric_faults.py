"""Faults of answers of the Prometheus API that are well-formed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.faults.talk import Fault, Talk

__all__ = ["FAULTS"]

_METRICS = ("metrics",)
_QUERIES = ("metrics", "alerts")


def _top(**more: Any) -> Callable[[Talk], None]:
    return lambda talk: talk.json(lambda answer: {**answer, **more})


def _data(**more: Any) -> Callable[[Talk], None]:
    return lambda talk: talk.json(lambda answer: {**answer, "data": {**answer["data"], **more}})


def _result(change: Callable[[list[Any]], list[Any]]) -> Callable[[Talk], None]:
    """The series of an answer after a change."""

    def talk(one: Talk) -> None:
        def changed(answer: Any) -> Any:
            answer["data"]["result"] = change(answer["data"]["result"])
            return answer

        one.json(changed)

    return talk


def _samples(change: Callable[[list[Any]], list[Any]]) -> Callable[[Talk], None]:
    """The samples of each series after a change."""

    def series(one: dict[str, Any]) -> dict[str, Any]:
        if "values" in one:
            return {**one, "values": change(one["values"])}
        return {**one, "value": (change([one["value"]]) or [None])[0]}

    return _result(lambda result: [series(one) for one in result])


def _value(text: str) -> Callable[[Talk], None]:
    return _samples(lambda samples: [[time, text] for time, _ in samples])


def _error(status: int, kind: str, words: str) -> Callable[[Talk], None]:
    body = f'{{"status":"error","errorType":"{kind}","error":"{words}"}}'.encode()
    return lambda talk: talk.answer(status, body, "application/json")


def _post_refused(status: int) -> Callable[[Talk], None]:
    return lambda talk: talk.answer() if "?" in talk.path else talk.answer(status, b"<h1>No</h1>", "text/html")


def _for_a_day(talk: Talk) -> None:
    """Ranges up to a day; what looks back further is refused too."""
    form = talk.form
    if float(form.get("end", 0)) - float(form.get("start", 0)) > 86400:
        _error(422, "execution", "the query time range exceeds the limit (query length: 800h0m0s, limit: 24h0m0s)")(
            talk
        )
    else:
        talk.answer()


_MANY = [{"metric": {"pod": str(number)}, "values": [[1795392000, "1"]]} for number in range(20_000)]

FAULTS = (
    Fault("result null", _data(result=None), only=_METRICS),
    Fault("no series", _data(result=[]), only=_METRICS),
    Fault(
        "no result",
        lambda talk: talk.json(lambda _: {"status": "success", "data": {"resultType": "vector"}}),
        only=_QUERIES,
    ),
    Fault("data null", _top(data=None), only=("metrics", "alerts", "rules")),
    Fault("a resultType nobody knows", _data(resultType="cube"), only=_QUERIES),
    Fault("a string", _data(resultType="string", result=[0, "x"]), only=_METRICS),
    Fault("a scalar for a range", _data(resultType="scalar", result=[0, "1"]), only=_METRICS),
    Fault("200 with status error", _top(status="error", error="half"), only=("metrics", "alerts", "rules")),
    Fault("NaN", _value("NaN"), only=_METRICS, whole=None),
    Fault("+Inf", _value("+Inf"), only=_METRICS, whole=None),
    Fault("-Inf", _value("-Inf"), only=_METRICS, whole=None),
    Fault("numbers that are text", _value("many"), only=_METRICS),
    Fault("empty samples", _samples(lambda samples: [[] for _ in samples]), only=_QUERIES),
    Fault("samples of three", _samples(lambda samples: [[*pair, 1] for pair in samples]), only=_QUERIES),
    Fault(
        "doubled samples",
        _samples(lambda samples: [pair for pair in samples for _ in (0, 1)]),
        only=_METRICS,
        whole=None,
    ),
    Fault("shuffled samples", _samples(lambda samples: samples[::-1]), only=_METRICS, whole=None),
    Fault(
        "shifted samples",
        _samples(lambda samples: [[time + 7, text] for time, text in samples]),
        only=_METRICS,
        whole=None,
    ),
    Fault(
        "samples an hour off", _samples(lambda samples: [[time + 3600, text] for time, text in samples]), only=_METRICS
    ),
    Fault("the same series twice", _result(lambda result: result * 2), only=_METRICS),
    Fault(
        "two series",
        _result(lambda result: [*result, *({**one, "metric": {"a": "b"}} for one in result)]),
        only=_METRICS,
    ),
    Fault(
        "20,000 series",
        lambda talk: talk.json(lambda answer: {**answer, "data": {"resultType": "matrix", "result": _MANY}}),
        only=_METRICS,
    ),
    Fault("series without labels", _result(lambda result: [{**one, "metric": None} for one in result]), only=_QUERIES),
    Fault("warnings", _top(warnings=["a store did not answer"]), only=("metrics", "alerts", "rules")),
    Fault("infos of partial data", _top(infos=["the answer is partial"]), only=_QUERIES),
    Fault("infos of style", _top(infos=["PromQL info: metric might not be a counter"]), only=_QUERIES, whole=None),
    Fault("isPartial", _top(isPartial=True), only=_QUERIES),
    Fault("status partial", _top(status="partial"), only=_QUERIES),
    Fault("a parse error", _error(400, "bad_data", "1:1: parse error: no"), only=_QUERIES),
    Fault("too many samples", _error(422, "execution", "query would load too many samples"), only=_QUERIES),
    Fault(
        "the server's own time-out", _error(503, "timeout", "query timed out in expression evaluation"), only=_QUERIES
    ),
    Fault("ranges of a day at most", _for_a_day, only=_METRICS, whole=True),
    *(
        Fault(f"POST refused with {status}", _post_refused(status), only=_QUERIES, whole=True)
        for status in (403, 404, 405, 501)
    ),
)
