"""The command line: one door to the same functions that the hosts use."""
