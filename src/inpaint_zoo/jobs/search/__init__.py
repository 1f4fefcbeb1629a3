"""A search for good settings of a training: what is searched, the study that remembers it, early ends."""
