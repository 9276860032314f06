"""Doubts: where the evidence contradicts itself."""
