"""Defaults of a drift run."""

#: Seconds that a device has, from the connection to the last answer.
READ_TIMEOUT = 120
