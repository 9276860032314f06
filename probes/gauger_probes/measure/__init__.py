"""Measurements of what a device really delivers."""
