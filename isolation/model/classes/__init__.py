"""Every class of findings, a file a property; a file that is put here is in the catalogue."""
