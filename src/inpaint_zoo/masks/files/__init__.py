"""Masks that lie in files."""
