"""How the command line runs a verb: one job, a sweep of jobs, or a search."""
