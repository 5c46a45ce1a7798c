"""A change: plan, waves, impact, the proof before it, the transaction, and recovery."""
