"""Pixels in and out: frames, sequences, colour, mattes and windows."""
