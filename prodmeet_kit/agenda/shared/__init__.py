"""What several agenda items say alike."""
