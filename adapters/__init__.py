"""What touches the world: files, stores, networks, outside systems."""
