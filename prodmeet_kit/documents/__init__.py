"""The documents of one review: minutes, pre-read, ``review.json``."""
