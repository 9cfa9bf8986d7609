"""A decision in words: the catalogue of messages and how they are put together."""
