"""Tests of one's own on an inventory's virtual network: `pytest --egovnet-inventory DIR`.

A plugin of pytest. Without that option it does nothing, and no fixture of it is there.
"""
