"""Policy sets in the service: proposed, approved, put in force, taken back."""
