"""What the product does for somebody: load, ask the core, give back. Without a screen."""
