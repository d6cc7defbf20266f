"""Run google's slo-generator by itself: SLOs as JSON on standard input, its reports as JSON on standard output.

A process of its own, because its Prometheus backend keeps the server's address
in the environment. Its command line cannot start beside setuptools 82 and
newer (it imports ``pkg_resources``); the function behind it can.
"""

from __future__ import annotations

import json
import sys

from slo_generator.compute import compute

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    reports = [compute(slo, asked["config"], timestamp=asked["timestamp"]) for slo in asked["slos"]]
    json.dump(reports, sys.stdout)
