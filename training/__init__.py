"""Training core of Sketch Studio: PyTorch, no Qt; runs headless."""
