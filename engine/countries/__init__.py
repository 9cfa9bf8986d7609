"""What a country asks of documents and of those who send them, as its file says it."""
