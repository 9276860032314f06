"""Judges evidence against dated packs; pure, and imports no hardware library."""
