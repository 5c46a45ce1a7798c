"""Words and order that every report shares."""
