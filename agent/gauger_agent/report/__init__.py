"""Reports for people, made from the same records as the JSON."""
