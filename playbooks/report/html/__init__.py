"""Self-contained HTML pages, with maps and charts."""
