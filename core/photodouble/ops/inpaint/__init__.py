"""Inpaint: takes things out of a moving plate, with real pixels of other frames first."""
