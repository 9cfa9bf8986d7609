"""Documents from systems that send them, in the shape of the canonical documents."""
