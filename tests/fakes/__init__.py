"""Stand-ins for the world, each a subclass of its port and held to it by `tests/contract`."""
