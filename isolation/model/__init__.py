"""What a proof is about: domains, the expectation, the scene, findings and verdicts."""
