"""What happened before anything was decided here, out of files: loaded, or taken over mid-way."""
