"""Delegations that people make and revoke in the service."""
