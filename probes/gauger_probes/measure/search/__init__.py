"""Search of a gallery of face templates, by comparing with every one."""
