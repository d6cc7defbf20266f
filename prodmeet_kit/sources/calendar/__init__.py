"""Planned changes in a calendar: type ``icalendar``."""
