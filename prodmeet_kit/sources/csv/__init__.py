"""Metrics recorded into CSV files: type ``csv``."""
