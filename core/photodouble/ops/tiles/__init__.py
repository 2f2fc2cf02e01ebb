"""Plate tiles: several passes of one group of people, moved around, become one full stand."""
