"""Texts in the way of others: FRR's documentation, netlab, containerlab, Cumulus, Debian."""
