"""Evaluate methods on an evaluation set: resumable, on any number of processes, with hashes of all inputs."""
