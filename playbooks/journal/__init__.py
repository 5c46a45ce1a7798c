"""The journal: what was intended before it is done, and what came of it."""
