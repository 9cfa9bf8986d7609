"""What an editor is told about policy files: which keys and words stand where."""
