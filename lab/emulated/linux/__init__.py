"""The kernel of an emulated router: interfaces, VRFs, VLANs, addresses."""
