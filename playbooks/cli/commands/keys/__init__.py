"""Keys of the backbone's sessions: their store, what is known of each, and new values."""
