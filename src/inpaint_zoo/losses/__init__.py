"""Loss terms of the papers, as plain functions or small classes; one concept per file."""
