"""Building blocks that networks share; one block a file."""
