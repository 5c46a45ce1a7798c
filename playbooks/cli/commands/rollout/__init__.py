"""Implementation plans: how far the rollout has come, and its next wave."""
