"""The properties of separation, P1 to P11, a file each."""
