"""Training core of Sketch Studio: PyTorch, no Qt; runs headless."""

import os

# Before ONNX Runtime is imported, by whichever part of the program: its builds report each run to their maker
# otherwise, and keep a number for this computer. Nothing leaves it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
