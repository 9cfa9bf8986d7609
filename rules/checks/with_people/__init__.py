"""A set tried out with its people: what nobody may approve, and whose absence stops a rule."""
