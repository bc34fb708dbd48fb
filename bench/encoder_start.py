"""Where training of the encoder begins: the base model as it was published, or layers and heads that were trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.encoder_base import read_base

WIDTH, HEADS, INNER, LAYERS = 384, 12, 1536, 12  # of multilingual-e5-small
EXACT, HEADS_BEGIN = "exact.npz", "heads:"  # what training leaves in a folder besides what is shipped
Tensors = dict[str, np.ndarray]  # by the names of `bench.train_encoder`'s modules; matrices are outputs x inputs

# A layer's parts in the order in which it computes them, with their names in the base file.
_MATRICES = {"query": "q", "key": "k", "value": "v", "out": "ao", "grow": "fi", "shrink": "fo"}
_NORMS = {"after_attention": "aln", "after": "oln"}


def read_start(path: Path) -> tuple[Tensors, Tensors]:
    """(layers and places, heads) to begin with; heads are empty where nothing has trained them.

    `path` is the file that `bench.encoder_base` reads, or a folder with `layers.onnx` and `heads.npz`.
    """
    return _read_folder(path) if path.is_dir() else (_read_base(path), {})


def read_mean(start: str) -> tuple[Tensors, Tensors]:
    """Like `read_start`, of "PATH", or of "PATH=SHARE,PATH=SHARE": the mean of several, by their shares."""
    parts = [(path, float(share or 1)) for path, _, share in (part.partition("=") for part in start.split(","))]
    found = [(read_start(Path(path)), share) for path, share in parts]
    body, heads = (_mean_of([(start[place], share) for start, share in found]) for place in (0, 1))
    return body, heads


def _mean_of(parts: list[tuple[Tensors, float]]) -> Tensors:
    """By shares; a head that only some of them have is the mean of theirs."""
    mean, totals = Tensors(), dict[str, float]()
    for arrays, share in parts:
        for name, array in arrays.items():
            mean[name] = mean.get(name, np.float32(0)) + array * np.float32(share)
            totals[name] = totals.get(name, 0.0) + share
    return {name: array / np.float32(totals[name]) for name, array in mean.items()}


def _read_base(path: Path) -> Tensors:
    base = read_base(path)
    if (base.width, base.heads, base.inner, base.layers) != (WIDTH, HEADS, INNER, LAYERS):
        raise ValueError(f"{path}: sizes are not those of multilingual-e5-small")
    found = {"places": base.numbers("emb.pos").reshape(-1, WIDTH) + base.numbers("emb.type")[:WIDTH]}
    norms = {"first": "emb.ln"}
    for number in range(LAYERS):
        norms |= {f"layers.{number}.{name}": f"l{number}.{short}" for name, short in _NORMS.items()}
        for name, short in _MATRICES.items():
            columns = INNER if name == "shrink" else WIDTH
            found[f"layers.{number}.{name}.weight"] = base.matrix(f"l{number}.{short}.w", columns)
            found[f"layers.{number}.{name}.bias"] = base.numbers(f"l{number}.{short}.b")
    for name, short in norms.items():
        found |= {f"{name}.weight": base.numbers(f"{short}.w"), f"{name}.bias": base.numbers(f"{short}.b")}
    return found


def _read_folder(folder: Path) -> tuple[Tensors, Tensors]:
    """Where nothing exact lies there, matrices come back from eight bits: nothing more is lost than in use."""
    if (folder / EXACT).is_file():
        with np.load(folder / EXACT) as arrays:
            exact = dict(arrays)
        heads = {
            name.removeprefix(HEADS_BEGIN): exact.pop(name) for name in list(exact) if name.startswith(HEADS_BEGIN)
        }
        return exact, heads
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(folder / "layers.onnx").graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    stored |= {n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in graph.node if n.op_type == "Constant"}
    found: Tensors = {}
    products = [node for node in graph.node if node.op_type == "MatMulInteger"]
    if len(products) != LAYERS * len(_MATRICES):
        raise ValueError(f"{folder / 'layers.onnx'}: not {LAYERS} layers in eight bits")
    users = {name: node for node in graph.node for name in node.input}
    makers = {name: node for node in graph.node for name in node.output}
    names = [f"layers.{number}.{name}" for number in range(LAYERS) for name in _MATRICES]
    for name, product in zip(names, products, strict=True):
        packed = product.input[1]
        scale = stored[packed.removesuffix("_quantized") + "_scale"]
        matrix = (stored[packed].astype(np.float32) - stored[product.input[3]]) * scale
        maker = makers[makers[product.input[0]].input[0]]
        eased = [stored[i] for i in maker.input if maker.op_type == "Mul" and stored.get(i, np.ones(())).ndim]
        found[f"{name}.weight"] = (matrix * eased[0][:, None] if eased else matrix).T
        node = users[product.output[0]]
        while node.op_type != "Add":
            node = users[node.output[0]]
        found[f"{name}.bias"] = next(stored[i] for i in node.input if i in stored)
    norms = [node for node in graph.node if node.op_type == "LayerNormalization"]
    names = ["first", *(f"layers.{number}.{name}" for number in range(LAYERS) for name in _NORMS)]
    for name, node in zip(names, norms, strict=True):
        found |= {f"{name}.weight": stored[node.input[1]], f"{name}.bias": stored[node.input[2]]}
    with np.load(folder / "heads.npz") as arrays:
        heads = {name: array.astype(np.float32) for name, array in arrays.items()}
    found["places"] = heads.pop("places")
    return found, {name.replace("pair.bilinear", "bilinear"): array for name, array in heads.items()}
