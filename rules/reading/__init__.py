"""From bytes to a tree with places: what a policy file says, before it means anything."""
