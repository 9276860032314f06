"""Device figures as data: TOML rows with a source and a grade for each figure."""
