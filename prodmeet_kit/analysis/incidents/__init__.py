"""Outages and incidents: their span, their cost, their pages."""
