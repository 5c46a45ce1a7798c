"""The register of exchanges: what is in force, what ends, and what packets say."""
