"""The shop's alerting rules as its Prometheus has them: the rules that :mod:`.alerts` evaluates, in PromQL.

One more stands here that never fired: its metric went away with an earlier version of the service.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["rules_text"]


def rules_text() -> str:
    """A Prometheus rule file."""
    lines = ["groups:", "  - name: shop", "    interval: 1m", "    rules:"]
    for alert, service, severity, wait, query, summary in _rules():
        lines += [
            f"      - alert: {alert}",
            f"        expr: '{query}'",
            *([f"        for: {wait}"] if wait else []),
            f"        labels: {{service: {service}, severity: {severity}}}",
            f"        annotations: {{summary: {summary}}}",
        ]
    return "\n".join(lines) + "\n"


def _errors(service: str, span: str) -> str:
    def rate(which: str) -> str:
        return f'sum(rate(http_requests_total{{service="{service}"{which}}}[{span}]))'

    failed = ',code=~"5.."'
    return f"{rate(failed)} / {rate('')}"


def _slow(service: str, span: str) -> str:
    every = f'sum(rate(http_request_duration_seconds_count{{service="{service}"}}[{span}]))'
    fast = f'sum(rate(http_request_duration_seconds_bucket{{service="{service}",le="0.3"}}[{span}]))'
    return f"({every} - {fast}) / {every}"


def _rules() -> Iterator[tuple[str, str, str, str, str, str]]:
    """Alert, service, severity, ``for``, expression, summary."""
    for name in ("web", "cart"):
        both = " and ".join(f"{_errors(name, span)} > 14.4 * 0.001" for span in ("1h", "5m"))
        yield f"{name.capitalize()}ErrorBudgetBurn", name, "page", "2m", both, f"{name} burns its error budget fast"
    yield (
        "PaymentsErrorsHigh", "payments", "page", "10m", f"{_errors('payments', '5m')} > 0.08",
        "many payments fail",
    )  # fmt: skip
    yield "CartLatencyHigh", "cart", "page", "5m", f"{_slow('cart', '5m')} > 0.2", "the cart is slow"
    both = " and ".join(f"{_slow('web', span)} > 0.01" for span in ("3d", "6h"))
    yield "WebLatencyBudgetBurn", "web", "ticket", "1h", both, "web spends its latency budget"
    memory = (
        'sum(container_memory_working_set_bytes{service="cart"})'
        ' / sum(kube_pod_container_resource_limits{service="cart",resource="memory"}) > 0.75'
    )
    yield "CartMemoryHigh", "cart", "ticket", "30m", memory, "the cart fills its memory"
    failed = 'sum(increase(http_requests_total{service="invoices",code=~"5.."}[1h])) > 0'
    yield "InvoicesErrors", "invoices", "ticket", "", failed, "an invoice failed"
    cpu = 'sum by (pod) (rate(container_cpu_usage_seconds_total{service="web"}[2m])) > 1.7'
    yield "WebHighCPU", "web", "page", "2m", cpu, "a pod of web uses 85% of its CPU"
    yield "PaymentsQueueLong", "payments", "page", "10m", "payments_queue_length > 1000", "payments wait"
