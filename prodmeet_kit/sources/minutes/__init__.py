"""What earlier meetings and the inbox hold, read as records."""
