"""The register of legacy circuits: who has each, and until when it may stay."""
