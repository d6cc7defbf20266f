"""The ground: errors, time, text, files that last, subjects and PromQL. Imports nothing above."""
