"""Data sets: prepare, pair, augment, simulate hints, batch."""
