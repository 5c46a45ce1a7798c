"""Any change of the history taken back, also under later ones."""
