"""A network with a platform, gateways, applications and all parts of the extranet: an inventory
directory shipped with egovnet."""
