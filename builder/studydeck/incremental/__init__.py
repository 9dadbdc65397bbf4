"""What changed since the last build, and what is kept from it."""
