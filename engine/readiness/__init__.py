"""May a document post? A file for each family of checks; `asking` asks them all."""
