"""OpenCL: the floor that every vendor's driver offers. It reaches vector units, no matrix units.

Nothing native is loaded before ``backend.open_backend`` is called.
"""
