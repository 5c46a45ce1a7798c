"""Facts to proof of separation. Pure: nothing here reads a file or asks a router."""
