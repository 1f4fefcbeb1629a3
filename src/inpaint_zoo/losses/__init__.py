"""Loss terms of the three papers, as plain functions or small classes; one concept per file."""
