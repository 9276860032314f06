"""Whether a manifest is authentic, fresh and believed; what the one-file verifiers ship."""
