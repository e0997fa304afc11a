"""The tests; a package, so that no other distribution's stray ``tests`` package comes first."""
