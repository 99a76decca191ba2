"""Content credentials: what a delivered file says of itself."""
