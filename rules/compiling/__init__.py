"""From trees to a compiled policy set: what the files mean."""
