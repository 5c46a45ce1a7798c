"""SSH certificates of routers and operators: signed, renewed, revoked."""
