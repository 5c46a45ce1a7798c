"""The rollout: what was planned against what closed changes provisioned, and the next wave."""
