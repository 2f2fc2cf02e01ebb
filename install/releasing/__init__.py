"""A release: everything that is given out, by one command, the same bytes from the same files."""
