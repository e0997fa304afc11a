"""What the program knows: documents, strokes, models, inference. No widgets, no torch."""
