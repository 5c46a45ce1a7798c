"""Where an inventory comes from: a directory of YAML, with the place of every value."""
