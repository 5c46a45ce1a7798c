"""The register of applications, and the flows of customers that it does not have."""
