"""Prefix sets, route targets and policies over sets of routes."""
