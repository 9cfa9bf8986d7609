"""When who was asked is reminded, when the next one up is asked, when what is stale ends."""
