"""Effective detail: whether a mode's frames were sampled on the pixel grid that they claim."""
