"""Asking every source once, and saying what did not answer."""
