"""What every verb works on: the workspace, and tasks run on many devices."""
