"""What is written to systems outside, a module each."""
