"""Findings as people see them: the words of each, and the picture that shows it."""
