"""Threads: shells that take work, call the core and emit."""
