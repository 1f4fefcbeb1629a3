"""A certificate that metric code computes what it says: pictures, a second implementation, and what goes wrong."""
