"""The second opinion: the controls matched once more, by another engine in a process of its own."""
