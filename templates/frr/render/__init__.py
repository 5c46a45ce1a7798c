"""A device to the whole text of an FRRouting router on Linux."""
