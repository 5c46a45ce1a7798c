"""The text of an FRRouting router on Linux to facts."""
