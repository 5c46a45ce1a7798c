"""What the network does now: control plane, and packets of the whole matrix."""
