"""What is done to one device: Nornir tasks, one verb a file."""
