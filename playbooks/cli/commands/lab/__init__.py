"""The virtual network of real FRR routers."""
