"""What people read, in their language: messages, numbers, times, spaces."""
