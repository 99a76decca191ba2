"""Who holds what, who permits what."""
