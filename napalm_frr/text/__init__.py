"""A device's text: taken apart, checked, written one way, compared with Linux; pure."""
