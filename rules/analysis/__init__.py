"""What is asked of whole sets beyond deciding and lints: how two differ, and their sheets."""
