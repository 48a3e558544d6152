"""The special tracks, played from beginning to end."""
