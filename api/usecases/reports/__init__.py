"""Reports of controls: likely splitting, overrides, duties that conflict. Nothing is decided."""
