"""What the special tracks add to the demonstration."""
