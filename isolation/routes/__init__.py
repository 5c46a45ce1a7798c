"""What tables announce, and what sessions do to it on the way."""
