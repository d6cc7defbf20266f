"""Pages judged: should it page, came it in time, noise, and what should have paged."""
