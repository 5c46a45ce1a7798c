"""What a drift run does where nobody says otherwise."""

#: Seconds that a device has, from the connection to the last answer.
READ_TIMEOUT = 120
