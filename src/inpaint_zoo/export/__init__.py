"""Networks as graphs that run without this package, or without PyTorch."""
