"""Numbers for what is to come: proposed, and kept for its name with --yes."""
