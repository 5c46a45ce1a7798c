"""A third backend of the lab: routers emulated in one process, to make faults, latency and numbers.

Each answers on SSH as an FRR 8.4 router with the driver's agent does. Sessions and VRF routes
follow from all configurations (`control_plane`); there are no packets, and no customers. What it
emulates was taken from FRR 8.4.4 itself, not from our driver, so that it checks the driver.
"""
