"""What emulated routers know of each other: adjacencies, sessions, routes."""
