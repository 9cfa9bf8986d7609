"""Documents that are likely the same: what is compared, by which keys they are found, and why."""
