"""Add an entry to an inventory, in its files, with all that they say kept."""
