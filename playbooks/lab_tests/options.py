"""Options of pytest that the plugin adds."""

INVENTORY = "--egovnet-inventory"
BACKEND = "--egovnet-backend"
KEEP = "--egovnet-keep"
