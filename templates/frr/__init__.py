"""FRRouting on Linux: Jinja templates, one per feature."""
