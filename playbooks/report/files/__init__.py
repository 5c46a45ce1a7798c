"""Report files: a page, JSON, JUnit, Markdown and metrics."""
