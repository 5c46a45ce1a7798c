"""Secrets in FRRouting's texts: where they are, and how they are taken out."""
