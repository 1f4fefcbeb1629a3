"""Many trainings by one command: which jobs there are, what has become of them, and one table of all."""
