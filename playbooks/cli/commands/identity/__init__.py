"""Certificates of routers and operators: signed, renewed, revoked."""
