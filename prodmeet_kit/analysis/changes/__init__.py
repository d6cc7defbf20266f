"""Changes: planned ones, before and after, predicted against observed."""
