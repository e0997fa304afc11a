"""A model file as a predictor, the way the studio runs it: ONNX Runtime on the CPU, uint8 in and out."""

from pathlib import Path

import numpy as np
import onnxruntime

from training.data.batches import Batch
from training.data.dataset import Dataset
from training.files import UserError
from training.manifest import ModelManifest
from training.metrics.evaluate import Predict
from training.metrics.features import Pictures
from training.modelfile import check_model_bytes, read_model_bytes


def model_predictor(path: Path, dataset: Dataset, threads: int = 0) -> tuple[Predict, ModelManifest]:
    """Return a predictor of the model file for drawings of ``dataset``, and the model's manifest.

    Labels are matched by name; a label that the model does not know counts as "any". ``threads`` 0 takes what
    ONNX Runtime takes. UserError when the file is refused, makes no pictures from sketches, or does not take
    the data set's size.
    """
    data = read_model_bytes(path)
    manifest = check_model_bytes(data).manifest
    if manifest.task != "sketch-to-image":
        raise UserError(
            f"{Path(path).name} makes pictures from labels alone; choose a sketch-to-image model."
        )
    if not manifest.takes(dataset.size, dataset.size):
        raise UserError(f"{Path(path).name} does not take {dataset.size} px; use --size {manifest.size}.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    mapping = np.zeros((len(dataset.labels), len(manifest.labels)), np.float32)
    for index, label in enumerate(dataset.labels):
        if label in manifest.labels:
            mapping[index, manifest.labels.index(label)] = 1

    def predict(batch: Batch) -> Pictures:
        inputs: dict[str, np.ndarray] = {"sketch": batch.sketch}
        if manifest.hints:
            inputs["hints"] = batch.hints
        if manifest.labels:
            inputs["label"] = batch.label @ mapping
        if manifest.noise:
            inputs["noise"] = np.zeros((len(batch), manifest.noise), np.float32)
        return np.asarray(session.run(["image"], inputs)[0])

    return predict, manifest
