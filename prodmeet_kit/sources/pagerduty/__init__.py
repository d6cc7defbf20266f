"""PagerDuty: pages and incidents."""
