"""Many trainings with one command: the jobs, their outcomes, and one table of all of them."""
