"""Says what to install where the packages that train networks are missing, without importing them."""

from __future__ import annotations

from importlib.util import find_spec

# What the extra ``train`` of pyproject.toml installs, under the names by which it is imported.
FRAMEWORKS = ("absl", "h5py", "keras", "scipy", "sklearn", "tensorflow")


def missing() -> str | None:
    """One sentence on what to install before networks can be trained; None where everything is there."""
    absent = [name for name in FRAMEWORKS if find_spec(name) is None]
    if not absent:
        return None
    return f"Training needs packages that are not installed ({', '.join(absent)}): pip install 'gradient-clinic[train]'"
