"""What a verification does where nobody says otherwise."""

#: Seconds that BGP, LDP and IS-IS may take to converge after a change.
DEFAULT_CONVERGE = 60
