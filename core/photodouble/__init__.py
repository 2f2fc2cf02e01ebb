"""Photo Double: inpainting, crowds and de-aging for visual-effects hosts; the engine and the library."""

__version__ = "0.1.0"
