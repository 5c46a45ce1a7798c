"""The network as the owner wrote it: frozen models, their errors, and who may reach whom."""
