"""Pure functions from evidence to metrics, each citing its formula."""
