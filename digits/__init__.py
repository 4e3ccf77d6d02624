"""Reads handwritten digits as people really draw, write and photograph them."""

__version__ = "0.2.0"
