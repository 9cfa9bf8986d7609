"""Other engines, given the same matrix and asked the same questions."""
