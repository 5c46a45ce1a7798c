"""The connection to a router."""
