"""Face templates: networks of stated cost that turn a face into a vector of 512 numbers."""
