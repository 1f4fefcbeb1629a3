"""Whether the files of an evaluation say what is computed from its images, masks and methods."""
