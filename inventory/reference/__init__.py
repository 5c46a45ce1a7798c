"""The reference network: an inventory directory shipped with egovnet."""
