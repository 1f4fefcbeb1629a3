"""What the command line runs: one job, a sweep of jobs, a search."""
