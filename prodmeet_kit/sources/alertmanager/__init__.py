"""Alertmanager: silences, and the alerts that fire now."""
