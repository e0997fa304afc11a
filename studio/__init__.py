"""Sketch Studio: draw a sketch, pick a label, watch it become a picture."""

__version__ = "0.1.0"
