"""Cameras: found through sysfs, asked through V4L2."""
