"""An export verified on any machine with Python: no database, no network, no secret."""
