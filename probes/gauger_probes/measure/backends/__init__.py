"""Ways to reach silicon: one file or folder each, imported only when it is used."""
