"""The fault matrix: every fault a network or a server may have, for every kind of source, against a real pre-read.

``python -m tools.faults`` prints a line for each: source, fault, exit status, seconds, memory, and what people read.
A line is good when the numbers are whole, or when the pre-read says what could not be checked and the status is 3.
``python -m tools.faults --source metrics --fault gzip`` runs those whose names hold the words.
"""

from __future__ import annotations
