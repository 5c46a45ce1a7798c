"""Values of keys: sealed where they are kept, open between here and a device, and nowhere else."""
