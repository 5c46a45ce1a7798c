"""Everything that is printed: tables and progress for people, JSON for programs."""
