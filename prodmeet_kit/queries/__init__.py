"""What a review asks the metric source, and how the answers are found again."""
