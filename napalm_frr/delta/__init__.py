"""Between two configurations: what to send, what to show, what to put where; pure."""
