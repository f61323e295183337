"""Prepares a process for training: sets the compiler's options, imports TensorFlow, trains a tiny network."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import shutil
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from models.specs.check import parse

# Options of XLA's compiler for processors; those that a later version does not know, it passes over.
OPTIONS = (
    # A loop that touches fewer bytes becomes one function, unless ``loop_fusion.py`` keeps it in pieces.
    "xla_cpu_small_while_loop_byte_threshold=2097152",
    # One module of machine code for all operations, where the newer emitters set up a compiler for each of them.
    "xla_cpu_disable_new_fusion_emitters=true",
    # Unrolled loops take a third of the time of compiling and give back little of it.
    "xla_cpu_disable_loop_unrolling=true",
    # Vector code of products goes by so many rows and columns at once. With 8 by 2 a step of S5 takes 10 instead of 12
    # µs, but 40 ms more to compile, with the default of 11 by 9 it takes as long, and 300 ms more.
    "xla_llvm_ir_gemm_tile_size=2:2:1*vectwidth",
)
# Else a library that knows several threads computes all products that XLA would make vector code of
# (``small_matmul.py``). Where there are several threads, they share large products all the same.
VECTOR_CODE = "--xla_cpu_multi_thread_eigen=false"
MAX_CACHE = 2 * 2**30  # bytes of compiled programs, some ten thousand networks
LEAST_FREE = 2**28  # bytes of a disk below which no more programs are written to it
TINY = {
    "data": {"source": {"type": "circles", "n_samples": 100}},
    "architecture": {
        "layers": [
            {"type": "dense", "units": 2, "activation": "tanh"},
            {"type": "dense", "units": 1, "activation": "sigmoid"},
        ]
    },
    "training": {"optimizer": "sgd", "loss": "binary_crossentropy", "metrics": ["accuracy"], "epochs": 2},
}


def prepare(threads: int, cache_dir: Path | None) -> None:
    """Set what TensorFlow reads when it is imported, then import it and all that trains with it."""
    # Nothing of what is imported is garbage: to look for it, again and again, takes a third of the time of importing,
    # and later a tenth of the time of tracing a network.
    enabled = gc.isenabled()
    gc.disable()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    given = os.environ.get("XLA_FLAGS", "")
    if "--xla_backend_extra_options" not in given:
        given = f"{given} --xla_backend_extra_options={','.join(OPTIONS)}"
    if "--xla_cpu_multi_thread_eigen" not in given:
        given = f"{given} {VECTOR_CODE}"
    os.environ["XLA_FLAGS"] = given.strip()
    if cache_dir is not None:
        folder = compiled_programs(cache_dir)
        if has_room(folder):
            prune(cache_dir, MAX_CACHE)
            flags = os.environ.get("TF_XLA_FLAGS", "")
            os.environ["TF_XLA_FLAGS"] = f"{flags} --tf_xla_persistent_cache_directory={folder}".strip()
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf
    from absl import logging

    logging.set_verbosity(logging.ERROR)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    from models.engine import training  # noqa: F401 - imported to be there
    from models.engine.preflight import preflights  # noqa: F401 - imported to be there

    gc.freeze()
    if enabled:
        gc.enable()


def compiled_programs(folder: Path) -> Path:
    """The folder below ``folder`` for this framework on this processor.

    Machine code for another version, another processor or made with other flags must never be found there: its path is
    a digest of them.
    """
    cpuinfo = Path("/proc/cpuinfo")
    features = [platform.machine(), platform.processor(), version("tensorflow"), version("keras")]
    features.append(os.environ.get("XLA_FLAGS", ""))
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        features += sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))})
    return folder.resolve() / hashlib.sha256("\n".join(features).encode()).hexdigest()[:16]


def has_room(folder: Path) -> bool:
    """Whether compiled programs can be kept in ``folder``, which is made where it is missing.

    A program that cannot be written ends its training; without a folder, every process compiles for itself.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return shutil.disk_usage(folder).free >= LEAST_FREE
    except OSError:
        return False


def prune(folder: Path, limit: int) -> None:
    """Delete the oldest compiled programs until the others have at most ``limit`` bytes.

    Other processes may read and delete them meanwhile: what is deleted is compiled anew.
    """
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob("*/*.pb"):
        with suppress(OSError):
            state = path.stat()
            found.append((state.st_mtime, state.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= limit:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


def warm_up() -> None:
    """Train a tiny network, compiled, to its exported files, before anyone waits for a training.

    The first training in a process takes 0.2 s longer than the next ones: modules are imported, kernels looked up,
    XLA's and LiteRT's compilers set up when they are first needed.
    """
    from models.engine.training import Trainer

    for _ in Trainer(jit=True).train(parse(TINY)):
        pass
