"""Registers of an inventory: one file each, with its model and its checks."""
