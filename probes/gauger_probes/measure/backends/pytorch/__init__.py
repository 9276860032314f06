"""A PyTorch that the machine has already, as a way to its devices."""
