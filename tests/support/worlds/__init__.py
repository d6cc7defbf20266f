"""Products whose every event is known, from seeds: what a real Prometheus is filled with, and what is true of them."""
