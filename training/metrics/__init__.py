"""Features, statistics, values: how good a model is."""
