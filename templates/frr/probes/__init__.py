"""Packets sent from a router, and labels seen on one: what is run and what it prints."""
