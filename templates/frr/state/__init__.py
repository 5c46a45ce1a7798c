"""What FRRouting and Linux say of their state, read."""
