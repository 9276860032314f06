"""What changed between two manifests, part by part, and what that means."""
