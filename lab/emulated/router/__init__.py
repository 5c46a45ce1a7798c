"""One emulated router: FRR and Linux together, its files, what became of them."""
