"""Tryton 8.0 by JSON-RPC: `connection.TrytonConnector` is where to begin."""
