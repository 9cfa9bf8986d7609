"""Changing the text of a policy file without touching what the change does not mean."""
