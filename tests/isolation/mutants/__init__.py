"""Mutants of a network's texts: what the proof must kill, and what it must let live.

Operators (`operators_*.py`) are pure: a `Ground` in, `Mutant`s out. Only `judge.py` proves.
"""
