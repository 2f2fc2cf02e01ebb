"""De-age a performer: painted frames, or a first pass by dials, carried through the shot."""
