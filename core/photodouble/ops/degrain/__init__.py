"""Degrain: the grain of a plate is measured, taken off along the motion, and kept to be put back."""
