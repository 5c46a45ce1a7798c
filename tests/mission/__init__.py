"""Rows of the mission that egovnet claims: each from YAML to what a person recognises."""
