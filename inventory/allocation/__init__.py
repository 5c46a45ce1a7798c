"""Everything that is numbered: pools, the one algorithm, and the lock file."""
