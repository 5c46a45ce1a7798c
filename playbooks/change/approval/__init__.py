"""Who planned, approved and applies what: signed statements, and what a policy makes of them."""
