"""The network as data: intent models, the loader, and allocation of everything that is numbered."""
