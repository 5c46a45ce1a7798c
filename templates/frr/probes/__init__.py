"""Packets sent from a router, and labels seen on one: shell text and what it prints."""
