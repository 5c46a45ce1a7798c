"""Facts to proof of separation. Pure. (Reserved: the proof is not built yet.)"""
