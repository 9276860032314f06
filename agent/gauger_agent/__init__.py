"""The command: orchestrates probes, judges, signs, verifies and reports."""
