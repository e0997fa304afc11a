"""The page on which a run is measured: what is asked for, how far that is, what was found."""
