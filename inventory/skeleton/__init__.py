"""A small inventory to start from: `init` writes it with a comment at every key."""
