"""A page on which holes are painted and filled, and the same by HTTP."""
