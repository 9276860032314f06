"""Dated rules as data, and how they are read, checked and chosen."""
