"""The folder of a run: its files, its state, its lock, its result."""
