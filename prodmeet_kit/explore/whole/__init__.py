"""What is shown whole: everything the kit knows of one thing."""
