"""The drawing surface and the live picture beside it."""
