"""``for_each`` in a list of services: one entry for many services that differ in their name alone."""

from __future__ import annotations
