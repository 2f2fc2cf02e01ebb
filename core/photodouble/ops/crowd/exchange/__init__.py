"""Crowds in files that other programs read: USD point instancers, and columns of cards for Nuke."""
