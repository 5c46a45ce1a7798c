"""The driver's agent as an emulated router has it, with its commits."""
