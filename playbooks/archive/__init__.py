"""The git archive of device configurations before and after each change."""
