"""Cross references and policy: what one model alone cannot see."""
