"""What must be set before TensorFlow is imported."""

from __future__ import annotations

import os
from pathlib import Path

from models.engine.cache import compiled_programs


def prepare(threads: int, cache_dir: Path | None) -> None:
    """Set what TensorFlow reads when it is imported, then import it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if cache_dir is not None:
        folder = compiled_programs(cache_dir)
        folder.mkdir(parents=True, exist_ok=True)
        flags = os.environ.get("TF_XLA_FLAGS", "")
        os.environ["TF_XLA_FLAGS"] = f"{flags} --tf_xla_persistent_cache_directory={folder}".strip()
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf
    from absl import logging

    logging.set_verbosity(logging.ERROR)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
