"""Facts, conditions over them, and whether they hold."""
