"""Small controls that know nothing of drawings: sections, sliders, swatches, tiles, dots."""
