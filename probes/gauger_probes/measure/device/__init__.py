"""Measures devices through backends, each device in a process of its own."""
