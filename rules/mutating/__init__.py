"""Faults put into a policy set one at a time, to see whether its tests notice."""
