"""Documents as a space, rows as boxes in it, and exact questions about what they cover."""
