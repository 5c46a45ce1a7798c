"""Registers of an inventory: a module each, with its model, its checks and a `REGISTER`.

They are found by listing this folder; `egovnet.inventory.register` says what one is.
"""
