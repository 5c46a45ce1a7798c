"""The virtual network: topology from the inventory, real FRR routers from Debian packages."""
