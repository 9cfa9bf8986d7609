"""Until when cases are kept, what keeps them longer, and their erasure."""
