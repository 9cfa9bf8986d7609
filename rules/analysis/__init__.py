"""What can be said about whole sets beyond their lints: how two of them differ."""
