"""What a controller looks at in published spend: likely duplicates, and coding problems."""
