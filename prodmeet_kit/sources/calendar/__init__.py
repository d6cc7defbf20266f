"""Planned changes kept in a calendar: type ``icalendar``."""
