"""The proof of separation of rendered, running or foreign configurations."""
