"""Inventory and allocation to devices, and devices to the facts they mean."""
