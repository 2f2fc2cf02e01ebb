"""Render plates with exact truth, remove something from them and measure the error."""
