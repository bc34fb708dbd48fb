"""The encoder's files: what never changes (`base.npz`), and what training makes (`layers.onnx`, `heads.npz`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnxruntime

FOLDER = Path(__file__).parent
Arrays = dict[str, np.ndarray[Any, Any]]
_replaced: list[Path] = []  # training reads with layers that are not shipped


def replace_layers(folder: Path | None) -> None:
    """Read with the layers and heads of another folder, in this process; None for the shipped ones."""
    _replaced[:] = [folder] if folder else []


@cache
def load_base() -> Arrays:
    """Pieces, their scores and their embeddings (4 bits a number, a scale for every 32)."""
    with np.load(FOLDER / "base.npz") as arrays:
        return dict(arrays)


def load_heads() -> Arrays:
    """Weights of the heads, by name."""
    return _read_heads(_replaced[-1] if _replaced else FOLDER)


@cache
def _read_heads(folder: Path) -> Arrays:
    with np.load(folder / "heads.npz") as arrays:
        return {name: array.astype(np.float32) for name, array in arrays.items()}


def load_layers() -> onnxruntime.InferenceSession:
    """The layers, ready to run on one thread, as the heads are from now on in this process.

    The pipeline's processes are as many as it has cores. With two threads each in numpy's products, which take a
    microsecond, they waited for one another: 80 ms an article instead of one.
    """
    return _read_layers(_replaced[-1] if _replaced else FOLDER)


@cache
def _read_layers(folder: Path) -> onnxruntime.InferenceSession:
    import onnxruntime
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(folder / "layers.onnx", options, providers=["CPUExecutionProvider"])
