"""Building blocks of the networks, one per file."""
