"""For every test: Hypothesis's profiles, before the first module that uses them is imported."""

from tests.hypothesis_profiles import register

register()
