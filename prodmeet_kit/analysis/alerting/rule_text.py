"""The standard rules of one SLO as a Prometheus rule file, ready to be put into service.

One group: a recording rule for the error ratio over each window, and an alert
for each condition of :mod:`.burn_rates` that can fire (SRE Workbook, ch. 5,
"Multiwindow, Multi-Burn-Rate Alerts"). Recorded names follow Prometheus'
``level:metric:operations``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from textwrap import indent

from prodmeet_kit.analysis.alerting import standard_rules
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE, Condition
from prodmeet_kit.core.window import format_duration

__all__ = ["rule_text", "spans"]


def spans(conditions: Iterable[Condition] = standard_rules.ALL) -> tuple[timedelta, ...]:
    """The windows these conditions look at, shortest first, each once."""
    return tuple(sorted({span for condition in conditions for span in (condition.long, condition.short)}))


def rule_text(
    target: SloTarget,
    ratio: Callable[[timedelta], str],
    conditions: Iterable[Condition] = standard_rules.ALL,
) -> str:
    """YAML for ``rule_files`` of Prometheus, or empty where no condition can fire.

    ``ratio`` gives the PromQL of bad / total over a span, one series. An alert
    fires while both windows are above factor * (1 - objective).
    """
    chosen = standard_rules.possible(target, conditions)
    if not chosen:
        return ""
    parts = ["groups:", f"  - name: {_quoted(f'slo-{target.service}-{target.name}')}", "    rules:"]
    for span in spans(chosen):
        parts += [f"      - record: {_recorded(span)}", *_expression(ratio(span)), *_labels(target)]
    for condition in chosen:
        parts += _alert(target, condition)
    return "\n".join(parts) + "\n"


def _alert(target: SloTarget, condition: Condition) -> list[str]:
    own = f"{{service={_quoted(target.service)},slo={_quoted(target.name)}}}"
    limit = f"> ({condition.factor:g} * {target.budget:.12g})"
    both = "\nand\n".join(f"{_recorded(span)}{own} {limit}" for span in (condition.long, condition.short))
    long, short = format_duration(condition.long), format_duration(condition.short)
    summary = f"{target.ref} burns its error budget at {condition.factor:g} or faster over {long} and {short}"
    return [
        f"      - alert: {_camel(target)}BurnRate{condition.factor:g}x{long}".replace(".", "_"),
        *_expression(both),
        *_labels(target, "page" if condition in PAGE else "ticket"),
        "        annotations:",
        f"          summary: {_quoted(_plain(summary))}",
    ]


def _expression(query: str) -> list[str]:
    return ["        expr: |-", indent(query.strip().replace("\r\n", "\n"), " " * 10)]


def _labels(target: SloTarget, severity: str = "") -> list[str]:
    labels = {"severity": severity, "service": target.service, "slo": target.name}
    # A recording rule takes labels as they are; only an alert reads templates in them.
    written = {name: _plain(text) if severity else text for name, text in labels.items() if text}
    return ["        labels:", *(f"          {name}: {_quoted(text)}" for name, text in written.items())]


def _recorded(span: timedelta) -> str:
    return f"service_slo:errors:ratio_rate{format_duration(span)}"


def _camel(target: SloTarget) -> str:
    words = re.findall(r"[A-Za-z0-9]+", target.ref)
    return "".join(word[:1].upper() + word[1:] for word in words)


def _plain(text: str) -> str:
    """Text in which the template language of Prometheus finds nothing to run."""
    return text.replace("{{", '{{ "{{" }}')


def _quoted(text: str) -> str:
    """A string as JSON writes it: YAML and PromQL read the same."""
    return json.dumps(text, ensure_ascii=False)
