"""Runs probes in children of their own: timed, limited, isolated."""
