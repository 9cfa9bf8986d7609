"""Decisions performed again from their records, and what a whole export has to be true of."""
