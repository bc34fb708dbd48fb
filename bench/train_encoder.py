"""Train the encoder on annotated articles and write its layers and heads.

    python -m bench.train_encoder BASE OUT ARTICLES.jsonl[=WEIGHT] ... [--epochs 3] [--fold K --folds N] [--begin CKPT]

BASE is the file that `bench.encoder_base` reads. Articles are in the form of the evaluation files; where they list
`people` and `orgs`, all their names are annotated. With `--fold` the articles of that fold are left out, so that
`bench.train_detector` can learn from what the encoder says of articles that it has not seen. Needs torch and onnx,
which nothing else needs: `pip install torch onnx`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bench.encoder_base import Base, read_base
from bench.encoder_labels import Labelled, label_article
from bench.train_detector import fold_of, read_articles
from include.detect.encoder.heads import ACTIONS
from include.detect.encoder.network import WINDOW
from include.detect.encoder.pieces import cut
from include.detect.encoder.store import load_base

LEARNING_RATE, HEADS_RATE = 1e-4, 1e-3
DROPOUT = 0.1
TOKENS = 3000  # of a batch, padding included
_WARM_UP = 0.06  # of all steps
_NAMES_COUNT = 2.0  # how much names count beside moves
_STATE = 192  # numbers that a head thinks in


class Layer(nn.Module):
    """One layer of the transformer, as the base has it."""

    def __init__(self, base: Base, number: int) -> None:
        super().__init__()
        width, inner = base.width, base.inner
        self.heads = base.heads
        self.query, self.key, self.value, self.out = (
            self._linear(base, f"l{number}.{name}", width, width) for name in ("q", "k", "v", "ao")
        )
        self.grow, self.shrink = (
            self._linear(base, f"l{number}.fi", width, inner), self._linear(base, f"l{number}.fo", inner, width)
        )  # fmt: skip
        self.after_attention, self.after = (_norm(base, f"l{number}.{name}") for name in ("aln", "oln"))

    @staticmethod
    def _linear(base: Base, name: str, columns: int, rows: int) -> nn.Linear:
        layer = nn.Linear(columns, rows)
        layer.weight.data = torch.from_numpy(base.matrix(f"{name}.w", columns))
        layer.bias.data = torch.from_numpy(base.numbers(f"{name}.b"))
        return layer

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """(what comes out, what every piece attends to)."""
        width = x.shape[2]
        query, key, value = (
            part(x).unflatten(2, (self.heads, width // self.heads)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        scores = (query * (self.heads / width) ** 0.5) @ key.transpose(-1, -2)
        attention = (scores if mask is None else scores + mask.to(scores.dtype)).softmax(-1)
        x = self.after_attention(x + self.out((attention.to(value.dtype) @ value).transpose(1, 2).flatten(2)))
        grown = self.shrink(functional.gelu(self.grow(x)))
        return self.after(x + functional.dropout(grown, DROPOUT, self.training)), attention


def _norm(base: Base, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(base.width, eps=1e-12)
    norm.weight.data = torch.from_numpy(base.numbers(f"{name}.w"))
    norm.bias.data = torch.from_numpy(base.numbers(f"{name}.b"))
    return norm


class Layers(nn.Module):
    """From embeddings and places to vectors and the attention of the last layer: what is shipped as ONNX."""

    def __init__(self, base: Base) -> None:
        super().__init__()
        self.first = _norm(base, "emb.ln")
        self.layers = nn.ModuleList(Layer(base, number) for number in range(base.layers))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """(vectors, attention)."""
        x = functional.dropout(self.first(x), DROPOUT, self.training)
        attention = x
        for layer in self.layers:
            x, attention = layer(x, mask)
        return x, attention


class Heads(nn.Module):
    """The questions that `include/detect/encoder/heads.py` asks, for training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.names = nn.Linear(width, 5)
        self.person = nn.Linear(2 * width, _STATE)
        self.actions, self.none = nn.Linear(_STATE, len(ACTIONS)), nn.Linear(_STATE, 2)
        self.pair_person, self.pair_org = nn.Linear(2 * width, _STATE), nn.Linear(2 * width, _STATE)
        self.pair = nn.Linear(2 * _STATE, 2)
        self.bilinear = nn.Parameter(torch.randn(2, _STATE, _STATE) / _STATE)

    def judge(
        self, hidden: torch.Tensor, attention: torch.Tensor, people: list[Any], orgs: list[Any]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-odds of people x actions, scores of left and reached x people x organisations and none)."""
        person, looks = self._pool(hidden, attention, people)
        state = torch.tanh(self.person(torch.cat([person, looks.mean(1) @ hidden], -1)))
        scores = self.none(state).t()[:, :, None]
        if orgs:
            org, org_looks = self._pool(hidden, attention, orgs)
            shared = torch.einsum("pht,oht->pot", looks, org_looks)
            context = shared / (shared.sum(-1, keepdim=True) + 1e-9) @ hidden
            one = torch.cat([person[:, None].expand(-1, len(orgs), -1), context], -1)
            other = torch.cat([org[None].expand(len(people), -1, -1), context], -1)
            one, other = torch.tanh(self.pair_person(one)), torch.tanh(self.pair_org(other))
            pairs = torch.einsum("pod,rde,poe->rpo", one, self.bilinear, other)
            pairs = pairs + self.pair(torch.cat([one, other], -1)).permute(2, 0, 1)
            scores = torch.cat([pairs, scores], -1)
        return self.actions(state), scores

    @staticmethod
    def _pool(hidden: torch.Tensor, attention: torch.Tensor, entities: list[Any]) -> tuple[torch.Tensor, torch.Tensor]:
        spans = [span for entity in entities for span in entity]
        means, owners = torch.zeros(len(spans), len(hidden)), torch.zeros(len(entities), len(spans))
        places = torch.full((len(entities), max(map(len, entities))), len(spans))
        row = 0
        for index, entity in enumerate(entities):
            for place, (start, end) in enumerate(entity):
                means[row, start:end] = 1 / (end - start)
                owners[index, row] = 1 / len(entity)
                places[index, place] = row
                row += 1
        nothing = torch.full((1, hidden.shape[1]), -1e4)
        pooled = torch.logsumexp(torch.cat([means @ hidden, nothing])[places], 1)
        sizes = torch.tensor([math.log(len(entity)) for entity in entities])
        return pooled - sizes[:, None], torch.einsum("eq,hqt->eht", owners @ means, attention)


@dataclass
class Example:
    """An article in pieces, with labels."""

    rows: list[int]
    labelled: Labelled
    names: list[int] = field(default_factory=list)  # label of every piece and the two ends; -100 where unknown


def read_example(article: dict[str, Any]) -> Example:
    """Cut and label one article."""
    labelled = label_article(article)
    pieces = cut(labelled.text, WINDOW)
    base = load_base()
    example = Example([int(base["begin"]), *pieces.rows, int(base["end"])], labelled.in_pieces(pieces))
    example.names = example.labelled.name_labels(len(pieces.rows))
    return example


def loss_of(heads: Heads, example: Example, hidden: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
    """What is wrong with what the heads say of one article, without its names."""
    labelled = example.labelled
    if not labelled.people:
        return torch.zeros(())
    actions, scores = heads.judge(hidden, attention, labelled.people, labelled.orgs)
    known = torch.tensor(labelled.known)
    wrong = functional.binary_cross_entropy_with_logits(
        actions, torch.tensor(labelled.actions), weight=known, reduction="sum"
    )
    for side, person, right in labelled.choices:
        wrong = wrong + torch.logsumexp(scores[side, person], 0) - torch.logsumexp(scores[side, person, right], 0)
    return wrong


def batches(examples: list[Example], rng: random.Random) -> list[list[Example]]:
    """Examples of like length together, in random order."""
    order = rng.sample(examples, len(examples))
    found: list[list[Example]] = []
    for start in range(0, len(order), 400):
        batch: list[Example] = []
        for example in sorted(order[start : start + 400], key=lambda e: len(e.rows)):
            if batch and (len(batch) + 1) * len(example.rows) > TOKENS:
                found.append(batch)
                batch = []
            batch.append(example)
        found.append(batch)
    return rng.sample(found, len(found))


def embed(base: Base, rows: torch.Tensor, table: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Embeddings of pieces and of their places."""
    return table[rows] + places[: rows.shape[1]]


def unpack_embeddings() -> torch.Tensor:
    """The embeddings of all pieces; they are not trained."""
    stored = load_base()
    numbers = np.concatenate([stored["embeddings"] & 15, stored["embeddings"] >> 4], 2).astype(np.float32) - 8
    return torch.from_numpy((numbers * stored["scales"].astype(np.float32)[:, :, None]).reshape(len(numbers), -1))


def train(args: argparse.Namespace) -> None:
    """Read, train, write."""
    rng = random.Random(args.seed)
    torch.manual_seed(args.seed)
    base = read_base(args.base)
    articles = [a for a in read_articles(args.articles) if args.fold is None or fold_of(a, args.folds) != args.fold]
    examples = [read_example(article) for article in articles]
    layers, heads = Layers(base), Heads(base.width)
    own = base.numbers("emb.pos").reshape(-1, base.width) + base.numbers("emb.type")[: base.width]
    places = nn.Parameter(torch.from_numpy(own))
    if args.begin:
        saved = torch.load(args.begin)
        layers.load_state_dict(saved["layers"])
        heads.load_state_dict(saved["heads"])
        places.data = saved["places"]
    table = unpack_embeddings()
    body = [*layers.parameters(), places]
    rates = (LEARNING_RATE, HEADS_RATE)
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": rates[0]}, {"params": heads.parameters(), "lr": rates[1]}], weight_decay=0.01
    )
    steps, step, began = int(len(batches(examples, random.Random(0))) * args.epochs), 0, time.monotonic()
    layers.train()
    while step < steps:
        for batch in batches(examples, rng)[: steps - step]:
            share = min(1.0, (step + 1) / (_WARM_UP * steps)) * max(args.floor, 1 - step / steps * (1 - args.floor))
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * share
            optimiser.zero_grad()
            loss = _batch_loss(base, layers, heads, batch, table, places)
            loss.backward()
            nn.utils.clip_grad_norm_([*body, *heads.parameters()], 1.0)
            optimiser.step()
            step += 1
            if step % 50 == 0:
                print(f"step {step} of {steps}, loss {loss.item():.2f}, {time.monotonic() - began:.0f} s", flush=True)
    write(args.out, layers, heads, places)


def _batch_loss(
    base: Base, layers: Layers, heads: Heads, batch: list[Example], table: torch.Tensor, places: torch.Tensor
) -> torch.Tensor:
    longest = max(len(e.rows) for e in batch)
    rows = torch.tensor([e.rows + [0] * (longest - len(e.rows)) for e in batch])
    filled = torch.tensor([[True] * len(e.rows) + [False] * (longest - len(e.rows)) for e in batch])
    mask = torch.zeros(filled.shape).masked_fill(~filled, -1e4)[:, None, None, :]
    with torch.autocast("cpu", torch.bfloat16):
        hidden, attention = layers(embed(base, rows, table, places), mask)
    hidden = hidden.float()
    weights = torch.tensor([e.labelled.weight for e in batch])
    labels = torch.tensor([e.names + [-100] * (longest - len(e.names)) for e in batch])
    wrong = functional.cross_entropy(heads.names(hidden).transpose(1, 2), labels, ignore_index=-100, reduction="none")
    loss = _NAMES_COUNT * (wrong.sum(1) / (labels != -100).sum(1).clamp(min=1) * weights).sum()
    for example, one, looks in zip(batch, hidden.unbind(0), attention.float().unbind(0), strict=True):
        loss = loss + loss_of(heads, example, one, looks) * example.labelled.weight
    return loss / len(batch)


def write(out: Path, layers: Layers, heads: Heads, places: torch.Tensor) -> None:
    """Write a checkpoint, and what is shipped: layers in eight bits, heads in sixteen."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    state = {"layers": layers.state_dict(), "heads": heads.state_dict(), "places": places.data}
    torch.save(state, out / "checkpoint.pt")
    layers.eval()
    plain = out / "layers.f32.onnx"
    torch.onnx.export(
        layers, (torch.randn(1, 30, places.shape[1]),), str(plain), input_names=["x"],
        output_names=["hidden", "attention"], opset_version=17, dynamo=False,
        dynamic_axes={"x": {1: "t"}, "hidden": {1: "t"}, "attention": {2: "t", 3: "t"}},
    )  # fmt: skip
    quantize_dynamic(
        plain, out / "layers.onnx", weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"]
    )
    plain.unlink()
    arrays = {name.replace("bilinear", "pair.bilinear"): value for name, value in heads.state_dict().items()}
    np.savez(
        out / "heads.npz", places=places.detach().numpy().astype(np.float16),
        **{name: value.numpy().astype(np.float16) for name, value in arrays.items()},
    )  # fmt: skip


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("articles", nargs="+", help="FILE or FILE=WEIGHT")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--floor", type=float, default=0.0, help="share of the learning rate that is left at the end")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--begin", type=Path, help="checkpoint to go on from")
    parser.add_argument("--seed", type=int, default=0)
    train(parser.parse_args())


if __name__ == "__main__":
    print(json.dumps({"torch": torch.__version__}))
    main()
