"""Edits: shots come out of a cut at the right frames, and takes go back into it."""
