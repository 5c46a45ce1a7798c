"""What the registers come to, for those who answer for them."""
