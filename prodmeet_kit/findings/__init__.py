"""Findings: facets of one subject or cause joined, and the minutes given to them."""
