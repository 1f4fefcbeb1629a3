"""Loss terms of the three papers; one concept a file, each a plain function or a small class."""
