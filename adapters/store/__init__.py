"""What is kept: one schema for SQLite and PostgreSQL, one transaction for each request.

`opening` makes and opens a store; each other module is one table or a few that belong together.
Every function takes the connection of a running transaction and commits nothing.
"""
