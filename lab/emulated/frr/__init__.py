"""FRRouting on an emulated router: its configuration, and vtysh's way with a file of lines."""
