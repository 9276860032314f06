"""Captured machines: recording one, and reading what was recorded instead of native code."""
