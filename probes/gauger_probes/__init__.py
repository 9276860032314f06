"""Reads and measures a machine and returns evidence; knows no law and no keys."""
