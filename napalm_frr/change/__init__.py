"""Changes: the agent on the router, commits, and commits by their ids."""
