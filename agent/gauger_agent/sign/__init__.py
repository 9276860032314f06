"""Keys that sign manifests: one module per kind of key."""
