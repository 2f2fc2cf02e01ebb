"""The picture operations: what happens to a plate."""
