"""The networks and their training; one folder per paper, with the same file names in each."""
