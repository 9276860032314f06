"""The processors, each through a library that multiplies on them; imported when it is used."""
