"""What Internet gateways translated: who had which public address and port, and when."""
