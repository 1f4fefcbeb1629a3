"""`inpaint-zoo bundle`: write a network in half precision beside its card, as model hubs keep it."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig

from inpaint_zoo.benchmark.flops import LISTED_SIZE, count_gflop
from inpaint_zoo.bundles import weights_file
from inpaint_zoo.bundles.card import BINS, NAME, Card, Numbers
from inpaint_zoo.bundles.hub import STANDARD_FILE
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.results_file import Results, read_results_file
from inpaint_zoo.files.atomic import whole_or_nothing, writable_folder, write_text
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.metrics.bins import BIN_TITLES
from inpaint_zoo.metrics.records import Record, summarise
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.safetensors_file import write_safetensors
from inpaint_zoo.models.weights import WeightsFile, converted, read_weights_file
from inpaint_zoo.tables import Column, Row, Table, markdown
from inpaint_zoo.zoo import filled_network, list_models, network_arguments

_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")
_SHOWN = {"hole_psnr": Column("", "PSNR over the hole, dB", 2), "lpips": Column("", "LPIPS", 3)}


def run(config: DictConfig) -> None:
    """Write both files."""
    quiet_libraries()
    folder, licence = writable_folder(config.output), str(config.licence)
    if not _LICENCE.fullmatch(licence) or config.licence is None:
        raise InputError(f"licence={licence[:80]}: write it as hubs do: mit, cc-by-4.0, other")
    files = [folder / STANDARD_FILE, folder / NAME]
    source = weights_file(config.ckpt)
    refuse_overwriting(files, [source])
    refuse_replacing(files, force=config.force)
    file = read_weights_file(source, config.model_name, config.weights)
    results = None if config.results is None else read_results_file(Path(config.results).expanduser())
    model = file.weights.model
    if model not in list_models():
        raise InputError(
            f"ckpt: {source} holds {model}, which is no model={model} that others could name: share the file itself, "
            f"as ckpt=hf://OWNER/NAME/{source.name}"
        )
    arguments = network_arguments(model, file.weights.network)
    network = filled_network(file.weights)
    card = Card(
        model=model,
        licence=licence,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        gflop=round(_gflop(network), 1),
        numbers={model: {}} if results is None else _numbers(results, model, _title(results, file, config)),
        images="" if results is None else _images(results),
    )
    with whole_or_nothing(folder):
        write_safetensors(files[0], converted(model, network, arguments, file.weights.trained_on))
        write_text(files[1], card.front_matter() + _text(card, arguments))
    upload = f"hf upload OWNER/NAME {shlex.quote(str(folder))}"
    print(f"{model} in {folder}: upload it with {upload}, use it with ckpt=hf://OWNER/NAME")


def _title(results: Results, file: WeightsFile, config: DictConfig) -> str:
    """The name that the results have for the network.

    Raises:
        InputError: They are not those of the file.
    """
    wanted = {"weights": file.sha256, "choice": "raw"} if config.weights == "raw" else {"weights": file.sha256}
    for title, identity in results.labels["methods"].items():
        if {key: value for key, value in identity.items() if key in ("weights", "choice")} == wanted:
            return str(title)
    raise InputError(
        f"results: {config.results} holds no results of {file.weights.path}: give those of this very file, or leave "
        "results out"
    )


def _numbers(results: Results, model: str, title: str) -> Mapping[str, Numbers]:
    """The means of all methods; those of the network, which come first, are under the name of its model."""
    records = [Record.from_score(method, name, name, numbers) for (method, name), numbers in results.numbers.items()]
    means: dict[str, dict[str, dict[str, float]]] = {model: {}}
    for row in summarise(records):
        own = means.setdefault(model if row.method == title else row.method, {})
        for metric in _SHOWN:
            mean = row.means[metric]
            if mean is not None and math.isfinite(mean) and row.bin in BINS:
                own.setdefault(metric, {})[row.bin] = round(mean, 6)
    return means


def _images(results: Results) -> str:
    return f"{len({name for _, name in results.numbers})} images, protocol {results.labels['protocol']}"


def _gflop(network: InpaintingNetwork) -> float:
    """Of one image of 256x256."""
    image = torch.rand(1, 3, LISTED_SIZE, LISTED_SIZE)
    with torch.inference_mode():
        return count_gflop(lambda: network(image, (image[:, :1] > 0.5).float()))


def _text(card: Card, arguments: Mapping[str, Any]) -> str:
    """What people read: how to use it, what it is, how well it fills, and what nobody but its maker can tell."""
    network = "".join(f"- {key}: {value}\n" for key, value in arguments.items())
    return f"""
# {card.model.upper()}, a network that fills holes in images

```
pip install 'inpaint-zoo[hub]'
inpaint-zoo predict ckpt=hf://OWNER/NAME images=photo.jpg masks=hole.png output=OUT
```

In Python: `inpaint_zoo.load("{card.model}", weights="hf://OWNER/NAME")`.

## The network

{card.parameters} parameters in half precision, {card.gflop} GFLOP for an image of 256x256.

{network}
## How well it fills

{_table(card) or "Not measured."}
## How it was made

Not told yet: how and on which images it was trained, the licences of these images, and what it is bad at. Write it here
before you share it.
"""


def _table(card: Card) -> str:
    """The means as Markdown; empty if there are none."""
    rows: list[Row] = [
        [column.title, name, *(column.show(means[metric].get(bin_name)) for bin_name in BINS)]
        for metric, column in _SHOWN.items()
        for name, means in card.numbers.items()
        if metric in means
    ]
    texts = (Column("metric", "Metric", is_text=True), Column("method", "Method", is_text=True))
    columns = [*texts, *(Column(bin_name, BIN_TITLES[bin_name]) for bin_name in BINS)]
    return f"{markdown(Table('', columns, rows))}\n{card.images}, by share of the hole.\n" if rows else ""
