"""Packs as signed files: sealed by whoever states the law, installed, never going back."""
