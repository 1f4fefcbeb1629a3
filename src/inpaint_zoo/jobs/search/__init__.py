"""A search for good settings of a training: the search space, the study that stores trials, pruning."""
