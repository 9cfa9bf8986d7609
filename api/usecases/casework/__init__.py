"""Cases in the service: load, ask the core, keep, answer. One transaction for each request."""
