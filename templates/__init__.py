"""Intent to vendor-neutral device models, and those to native configuration text. Pure."""
