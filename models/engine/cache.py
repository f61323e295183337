"""Where compiled programs are kept between processes."""

from __future__ import annotations

import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path


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
