"""Train the encoder on annotated articles and write its layers and heads.

    python -m bench.train_encoder BEGIN OUT ARTICLES.jsonl[=WEIGHT] ... [--epochs 3] [--fold K --folds N]

BEGIN is what training begins with: the file that `bench.encoder_base` reads, or a folder with layers and heads, such as
the shipped `include/detect/encoder`, to go on from; or several with their shares, of which it is the mean. Articles are
in the form of the evaluation files; where they list `people` and `orgs`, all their names are annotated. With `--fold`
the articles of that fold are left out, so that `bench.train_detector` can learn from what the encoder says of articles
that it has not seen. Needs torch and onnx, which nothing else needs: `pip install torch onnx`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bench.encoder_examples import Example, read_example, string_some
from bench.encoder_start import EXACT, HEADS, HEADS_BEGIN, INNER, LAYERS, WIDTH, Tensors, read_mean
from bench.train_detector import fold_of, read_articles
from include.detect.encoder.heads import ACTIONS, MANNERS
from include.detect.encoder.store import load_base
from include.records import MOVE_STATUSES

LEARNING_RATE, HEADS_RATE = 1e-4, 1e-3
DROPOUT = 0.1
TOKENS = 3000  # of a batch, padding included
_WARM_UP = 0.06  # of all steps
_NAMES_COUNT = 2.0  # how much names count beside moves
_STATE = 192  # numbers that a head thinks in
_DISGUISED = 0.35  # of the articles have names changed
_NAMES_CHANGED = 0.5  # of the names of such an article
_AVERAGED = 0.4  # of the steps, at the end: what is written is the mean of what they had
_LISTENED = 60  # articles from which the numbers are known that go into a matrix
# Without AVX-512 products in sixteen bits take a hundred times as long.
_SHORT_NUMBERS = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
_EASED = 0.7  # how much of the difference between them goes over to the matrix


class Layer(nn.Module):
    """One layer of the transformer, as the base has it."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.grow, self.shrink = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.after_attention, self.after = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """(what comes out, what every piece attends to)."""
        given = self._into("query", x)
        query, key, value = (
            part(given).unflatten(2, (HEADS, WIDTH // HEADS)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        scores = (query * (HEADS / WIDTH) ** 0.5) @ key.transpose(-1, -2)
        attention = (scores if mask is None else scores + mask.to(scores.dtype)).softmax(-1)
        seen = (attention.to(value.dtype) @ value).transpose(1, 2).flatten(2)
        x = self.after_attention(x + self.out(self._into("out", seen)))
        grown = self.shrink(self._into("shrink", functional.gelu(self.grow(self._into("grow", x)))))
        return self.after(x + functional.dropout(grown, DROPOUT, self.training)), attention

    def _into(self, matrix: str, x: torch.Tensor) -> torch.Tensor:
        """What goes into a matrix: evened out, where `ease` has been here."""
        evening = getattr(self, f"{matrix}_eased", None)
        return x if evening is None else x * evening


class Layers(nn.Module):
    """From embeddings and places to vectors and the attention of the last layer: what is shipped as ONNX."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """(vectors, attention)."""
        x = functional.dropout(self.first(x), DROPOUT, self.training)
        attention = x
        for layer in self.layers:
            x, attention = layer(x, mask)
        return x, attention


class Heads(nn.Module):
    """The questions that `include/detect/encoder/heads.py` asks, for training."""

    def __init__(self) -> None:
        super().__init__()
        self.names = nn.Linear(WIDTH, 5)
        self.person = nn.Linear(2 * WIDTH, _STATE)
        self.actions, self.none = nn.Linear(_STATE, len(ACTIONS)), nn.Linear(_STATE, 2)
        self.status = nn.Linear(_STATE, len(MANNERS) * len(MOVE_STATUSES))
        self.focus = nn.Linear(_STATE, len(MANNERS))
        self.pair_person, self.pair_org = nn.Linear(2 * WIDTH, _STATE), nn.Linear(2 * WIDTH, _STATE)
        self.pair = nn.Linear(2 * _STATE, 2)
        self.bilinear = nn.Parameter(torch.randn(2, _STATE, _STATE) / _STATE)
        self.date_none = nn.Linear(_STATE, 2 * len(MANNERS))
        self.date_person, self.date_day = nn.Linear(2 * WIDTH, _STATE), nn.Linear(2 * WIDTH, _STATE)
        self.date_pair = nn.Linear(2 * _STATE, 2)
        self.date_bilinear = nn.Parameter(torch.randn(2, _STATE, _STATE) / _STATE)

    def judge(
        self, hidden: torch.Tensor, attention: torch.Tensor, people: list[Any], orgs: list[Any], dates: list[Any]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """(states of people, log-odds of actions, scores of left and reached x people x organisations and none, of
        leaving and coming x people x dates, publication and none)."""
        person, looks = self._pool(hidden, attention, people)
        state = torch.tanh(self.person(torch.cat([person, looks.mean(1) @ hidden], -1)))
        where = self.none(state).t()[:, :, None]
        when = self.date_none(state).unflatten(1, (len(MANNERS), 2)).transpose(0, 1)
        if orgs:
            parts = (self.pair_person, self.pair_org, self.pair, self.bilinear)
            where = torch.cat([self._pair(person, looks, orgs, hidden, attention, parts), where], -1)
        if dates:
            parts = (self.date_person, self.date_day, self.date_pair, self.date_bilinear)
            when = torch.cat([self._pair(person, looks, dates, hidden, attention, parts), when], -1)
        return state, self.actions(state), where, when

    def _pair(
        self,
        person: torch.Tensor,
        looks: torch.Tensor,
        entities: list[Any],
        hidden: torch.Tensor,
        attention: torch.Tensor,
        parts: tuple[nn.Linear, nn.Linear, nn.Linear, torch.Tensor],
    ) -> torch.Tensor:
        of_person, of_other, both, bilinear = parts
        other, other_looks = self._pool(hidden, attention, entities)
        shared = torch.einsum("pht,oht->pot", looks, other_looks)
        context = shared / (shared.sum(-1, keepdim=True) + 1e-9) @ hidden
        one = torch.cat([person[:, None].expand(-1, len(entities), -1), context], -1)
        two = torch.cat([other[None].expand(len(person), -1, -1), context], -1)
        one, two = torch.tanh(of_person(one)), torch.tanh(of_other(two))
        pairs = torch.einsum("pod,rde,poe->rpo", one, bilinear, two)
        return pairs + both(torch.cat([one, two], -1)).permute(2, 0, 1)

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


class Disguise:
    """Gives entities other names, of pieces that stand in names elsewhere, so that what is said of them must decide.

    A piece becomes the same other piece wherever it stands in a name of the article: short forms still belong to full
    ones, and what begins a word still does.
    """

    def __init__(self, examples: list[Example], rng: random.Random) -> None:
        vocabulary = bytes(load_base()["pieces"]).decode().split("\n")
        named = sorted({row for example in examples for row in _named_rows(example)})
        self._sorts = {row: _sort_of(vocabulary[row]) for row in named}
        self._rng, self._pools = rng, dict[tuple[bool, str], list[int]]()
        for row, sort in self._sorts.items():
            self._pools.setdefault(sort, []).append(row)

    def dress(self, example: Example) -> list[int]:
        """The rows of an example, of which a third have some of their names changed."""
        if self._rng.random() >= _DISGUISED:
            return example.rows
        rows, other = list(example.rows), dict[int, int]()
        for entity in (*example.labelled.people, *example.labelled.orgs):
            if self._rng.random() >= _NAMES_CHANGED:
                continue
            for start, end in entity:
                for row in example.rows[start:end]:
                    if row in self._sorts:
                        other.setdefault(row, self._rng.choice(self._pools[self._sorts[row]]))
        for start, end in (span for e in (*example.labelled.people, *example.labelled.orgs) for span in e):
            rows[start:end] = [other.get(row, row) for row in example.rows[start:end]]
        return rows


def _named_rows(example: Example) -> list[int]:
    entities = (*example.labelled.people, *example.labelled.orgs)
    return [row for entity in entities for start, end in entity for row in example.rows[start:end]]


def _sort_of(piece: str) -> tuple[bool, str]:
    """Whether a piece begins a word, and the script of its first letter."""
    letters = [c for c in piece if c.isalpha()]
    return piece.startswith("▁"), unicodedata.name(letters[0], "?").split()[0] if letters else ""


def loss_of(heads: Heads, example: Example, hidden: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
    """What is wrong with what the heads say of one article, without its names."""
    labelled = example.labelled
    if not labelled.people:
        return torch.zeros(())
    dates = [[span] for span in labelled.dates]
    state, actions, where, when = heads.judge(hidden, attention, labelled.people, labelled.orgs, dates)
    known = torch.tensor(labelled.known)
    wrong = functional.binary_cross_entropy_with_logits(
        actions, torch.tensor(labelled.actions), weight=known, reduction="sum"
    )
    for scores, choices in ((where, labelled.choices), (when, labelled.dated)):
        for side, person, right in choices:
            wrong = wrong + torch.logsumexp(scores[side, person], 0) - torch.logsumexp(scores[side, person, right], 0)
    status = heads.status(state).unflatten(1, (len(MANNERS), len(MOVE_STATUSES))).log_softmax(-1)
    focus = heads.focus(state)
    for person, manner, right_status, is_main in labelled.manners:
        wrong = wrong - status[person, manner, right_status]
        if is_main is not None:
            wrong = wrong + functional.softplus(-focus[person, manner] if is_main else focus[person, manner])
    return wrong


def batches(examples: list[Example], rng: random.Random) -> list[list[Example]]:
    """Examples, some strung together, those of like length in one batch, in random order."""
    order = string_some(examples, rng)
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


def unpack_embeddings() -> torch.Tensor:
    """The embeddings of all pieces; they are not trained."""
    stored = load_base()
    numbers = np.concatenate([stored["embeddings"] & 15, stored["embeddings"] >> 4], 2).astype(np.float32) - 8
    return torch.from_numpy((numbers * stored["scales"].astype(np.float32)[:, :, None]).reshape(len(numbers), -1))


def begin(body: Tensors, questions: Tensors) -> tuple[Layers, Heads, nn.Parameter]:
    """(layers, heads, places) with the numbers to begin with; heads that nothing has trained keep random ones."""
    layers, heads = Layers(), Heads()
    tensors = {name: torch.from_numpy(array.copy()) for name, array in body.items()}
    places = nn.Parameter(tensors.pop("places"))
    layers.load_state_dict(tensors)
    heads.load_state_dict({name: torch.from_numpy(array) for name, array in questions.items()}, strict=False)
    return layers, heads, places


def train(args: argparse.Namespace) -> None:
    """Read, train, write."""
    rng = random.Random(args.seed)
    torch.manual_seed(args.seed)
    articles = [a for a in read_articles(args.articles) if args.fold is None or fold_of(a, args.folds) != args.fold]
    examples = [read_example(article) for article in articles]
    layers, heads, places = begin(*read_mean(args.begin))
    table, disguise = unpack_embeddings(), Disguise(examples, rng)
    body = [*layers.parameters(), places]
    if args.only:
        for parameter in body:
            parameter.requires_grad_(False)
        for name, parameter in heads.named_parameters():
            parameter.requires_grad_(name.startswith(args.only))
    mean = Mean([parameter for parameter in (*body, *heads.parameters()) if parameter.requires_grad])
    rates = (args.rate, HEADS_RATE)
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": rates[0]}, {"params": heads.parameters(), "lr": rates[1]}], weight_decay=0.01
    )
    steps, step, began = int(len(batches(examples, random.Random(0))) * args.epochs), 0, time.monotonic()
    layers.train(not args.only)
    while step < steps:
        for batch in batches(examples, rng)[: steps - step]:
            share = min(1.0, (step + 1) / (_WARM_UP * steps)) * max(args.floor, 1 - step / steps * (1 - args.floor))
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * share
            optimiser.zero_grad()
            loss = _batch_loss(layers, heads, batch, [disguise.dress(example) for example in batch], table, places)
            loss.backward()
            nn.utils.clip_grad_norm_([*body, *heads.parameters()], 1.0)
            optimiser.step()
            step += 1
            if step > steps * (1 - _AVERAGED):
                mean.add()
            if step % 50 == 0:
                print(f"step {step} of {steps}, loss {loss.item():.2f}, {time.monotonic() - began:.0f} s", flush=True)
    if steps:
        mean.put_in_place()
    heard = rng.sample(examples, min(_LISTENED, len(examples)))
    write(args.out, layers, heads, places, [table[example.rows] + places[: len(example.rows)] for example in heard])


class Mean:
    """The mean of what parameters were over some steps, which is better than the last of them."""

    def __init__(self, parameters: list[nn.Parameter]) -> None:
        self._parameters, self._count = parameters, 0
        self._sums = [torch.zeros_like(parameter) for parameter in parameters]

    def add(self) -> None:
        """Count what they are now."""
        self._count += 1
        for total, parameter in zip(self._sums, self._parameters, strict=True):
            total += parameter.detach()

    def put_in_place(self) -> None:
        """Make the parameters their mean."""
        for total, parameter in zip(self._sums, self._parameters, strict=True):
            parameter.data = total / self._count


def _batch_loss(
    layers: Layers,
    heads: Heads,
    batch: list[Example],
    dressed: list[list[int]],
    table: torch.Tensor,
    places: torch.Tensor,
) -> torch.Tensor:
    longest = max(len(e.rows) for e in batch)
    rows = torch.tensor([found + [0] * (longest - len(found)) for found in dressed])
    filled = torch.tensor([[True] * len(e.rows) + [False] * (longest - len(e.rows)) for e in batch])
    mask = torch.zeros(filled.shape).masked_fill(~filled, -1e4)[:, None, None, :]
    with torch.autocast("cpu", torch.bfloat16, enabled=_SHORT_NUMBERS):
        hidden, attention = layers(table[rows] + places[:longest], mask)
    hidden = hidden.float()
    weights = torch.tensor([e.labelled.weight for e in batch])
    labels = torch.tensor([e.names + [-100] * (longest - len(e.names)) for e in batch])
    wrong = functional.cross_entropy(heads.names(hidden).transpose(1, 2), labels, ignore_index=-100, reduction="none")
    loss = _NAMES_COUNT * (wrong.sum(1) / (labels != -100).sum(1).clamp(min=1) * weights).sum()
    for example, one, looks in zip(batch, hidden.unbind(0), attention.float().unbind(0), strict=True):
        loss = loss + loss_of(heads, example, one, looks) * example.labelled.weight
    return loss / len(batch)


_ONE_INPUT = {"query": ("query", "key", "value"), "out": ("out",), "grow": ("grow",), "shrink": ("shrink",)}


@torch.no_grad()
def ease(layers: Layers, articles: list[torch.Tensor]) -> None:
    """Make what goes into a matrix as even as its rows: some numbers are fifty times others (after SmoothQuant, Xiao et
    al. 2023).

    Eight bits hold a range, and the greatest number sets it: a quarter of what the layers said was lost to rounding,
    and an eighth is with the greatest numbers made smaller and their rows of the matrix greater, at the same speed.
    """
    greatest: dict[nn.Module, torch.Tensor] = {}

    def listen(module: nn.Module, given: tuple[torch.Tensor, ...], _: object) -> None:
        here = given[0].abs().flatten(0, -2).amax(0)
        greatest[module] = torch.maximum(greatest.get(module, here), here)

    hooks = [module.register_forward_hook(listen) for module in layers.modules() if isinstance(module, nn.Linear)]
    for article in articles:
        layers(article[None])
    for hook in hooks:
        hook.remove()
    for layer in layers.layers:
        for name, users in _ONE_INPUT.items():
            matrices = [getattr(layer, user) for user in users]
            rows = torch.stack([matrix.weight.abs().amax(0) for matrix in matrices]).amax(0)
            scale = greatest[matrices[0]].clamp(min=1e-5) ** _EASED / rows.clamp(min=1e-5) ** (1 - _EASED)
            scale = scale / scale.log().mean().exp()
            layer.register_buffer(f"{name}_eased", 1 / scale, persistent=False)
            for matrix in matrices:
                matrix.weight *= scale


def write(out: Path, layers: Layers, heads: Heads, places: torch.Tensor, articles: list[torch.Tensor]) -> None:
    """Write what is shipped, layers in eight bits and heads in sixteen, and all of it as it is, to go on from.

    `articles` are some embedded ones, pieces x width, which say how great the numbers are that are to be rounded.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    state = {**layers.state_dict(), "places": places.detach(), **heads.state_dict(prefix=HEADS_BEGIN)}
    np.savez(out / EXACT, **{name: tensor.numpy() for name, tensor in state.items()})
    layers.eval()
    ease(layers, articles)
    plain = out / "layers.f32.onnx"
    torch.onnx.export(
        layers, (torch.randn(1, 30, places.shape[1]),), str(plain), input_names=["x"],
        output_names=["hidden", "attention"], opset_version=17, dynamo=False,
        dynamic_axes={"x": {1: "t"}, "hidden": {1: "t"}, "attention": {2: "t", 3: "t"}},
    )  # fmt: skip
    # Seven bits of the eight: processors without VNNI add two products in sixteen bits, and must not overflow there, or
    # one machine would find what another does not.
    quantize_dynamic(
        plain, out / "layers.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
        op_types_to_quantize=["MatMul"],
    )  # fmt: skip
    plain.unlink()
    arrays = {name.replace("bilinear", "pair.bilinear"): value for name, value in heads.state_dict().items()}
    np.savez(
        out / "heads.npz", places=places.detach().numpy().astype(np.float16),
        **{name: value.numpy().astype(np.float16) for name, value in arrays.items()},
    )  # fmt: skip


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("begin", help="PATH or PATH=SHARE,PATH=SHARE")
    parser.add_argument("out", type=Path)
    parser.add_argument("articles", nargs="+", help="FILE or FILE=WEIGHT")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="greatest learning rate of the layers")
    parser.add_argument("--floor", type=float, default=0.0, help="share of the learning rate that is left at the end")
    parser.add_argument("--only", default="", help="train only heads whose names begin so, over layers as they are")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    train(parser.parse_args())


if __name__ == "__main__":
    print(json.dumps({"torch": torch.__version__}))
    main()
