"""One layout for policy files: every comment and every value stays, only spaces and lines move."""
