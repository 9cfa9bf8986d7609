"""Other content of an open case: how it differs, and which approvals it leaves standing."""
