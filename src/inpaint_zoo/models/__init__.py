"""The networks and how they train; one folder a paper, with the same file names in each."""
