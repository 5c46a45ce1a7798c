"""Signatures by SSH keys: made and checked by OpenSSH's own ssh-keygen, so that anybody can."""
