"""The register of authority: what a person may approve as of a moment, by what, and what bars him.

Everything is asked of the functions that decide, on documents of which nothing is known but their
type and entity. What depends on more than that is kept as a condition, never as a yes.
"""
