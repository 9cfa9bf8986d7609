"""Segregation of duties: what one person may not do as well as what, over documents and time."""
