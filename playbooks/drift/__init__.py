"""The drift job: the running network against the intended one, and remediation where allowed."""
