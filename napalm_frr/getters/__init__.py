"""NAPALM's getters as pure functions of what the router printed, one module a concern."""
