"""Hosts go to the workers of their regions over a broker."""
