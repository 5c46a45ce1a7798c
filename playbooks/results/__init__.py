"""What every verb returns: frozen data, and its JSON."""
