"""Damage valid files of every kind at random and read them: `python benchmarks/fuzz.py [--seconds 600] [--kinds png]`.

A reader may return what is valid or raise `InputError`. A find is any other exception, more than 20 seconds, more than
2 GB beside what the process has in use, or an image whose pixels have another size than its header says. It is written
to `--output`, and the exit code is 1. The same `--seed` damages the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import resource
import signal
import sys
import tarfile
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image

import inpaint_zoo
from inpaint_zoo.data.shards.index import shard_index
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.manifest import KIND, read_manifest
from inpaint_zoo.evaluation.results_file import read_results_file
from inpaint_zoo.images.reading import image_size, read_image, read_mask
from inpaint_zoo.masks.files.manifest import listed_masks
from inpaint_zoo.models.safetensors_file import write_safetensors
from inpaint_zoo.models.weights import converted, read_checkpoint
from inpaint_zoo.training.runs.status import read_run

MOST_SECONDS, MOST_BYTES = 20, 2 * 1024**3
_AT_A_TIME = 100
_STATUS = Path("/proc/self/status")


class Kind(NamedTuple):
    """A kind of file: a valid one, and what reads it."""

    name: str
    suffix: str
    valid: bytes
    read: Callable[[Path], object]


def main() -> int:
    """Damage and read files until the time is over; returns 1 if there were finds."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600, help="for all kinds together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", help="some of them; all by default")
    parser.add_argument("--output", type=Path, default=Path("runs/fuzz"), help="folder for finds")
    options = parser.parse_args()
    kinds = [kind for kind in every_kind() if not options.kinds or kind.name in options.kinds]
    tried, finds, end, part = {kind.name: 0 for kind in kinds}, 0, time.monotonic() + options.seconds, 0
    while time.monotonic() < end:
        for kind in kinds:
            found = in_a_process(kind, (options.seed, part), options.output)
            finds, tried[kind.name] = finds + found, tried[kind.name] + _AT_A_TIME
        part += 1
    print("\n".join(f"{name}: {count} files" for name, count in tried.items()))
    print(f"{finds} finds" + (f" in {options.output}" if finds else ""))
    return int(finds > 0)


def in_a_process(kind: Kind, seed: tuple[int, int], output: Path) -> int:
    """Try some files in a process of their own, whose end by a signal is a find too; returns the number of finds."""
    context: Any = multiprocessing.get_context("fork")
    found = context.Value("i", 0)
    current = Path(tempfile.mkdtemp()) / f"file{kind.suffix}"
    process = context.Process(target=_try_some, args=(kind, seed, current, output, found))
    process.start()
    process.join()
    if process.exitcode:
        found.value += 1
        _keep(current.read_bytes(), kind, f"the process ended with {process.exitcode}", output)
    return int(found.value)


def _try_some(kind: Kind, seed: tuple[int, int], path: Path, output: Path, found: Any) -> None:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng((*seed, sum(kind.name.encode())))
    resource.setrlimit(resource.RLIMIT_DATA, (_data() + MOST_BYTES, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, _too_slow)
    for _ in range(_AT_A_TIME):
        data = damaged(kind.valid, rng)
        path.write_bytes(data)
        signal.alarm(MOST_SECONDS)
        try:
            kind.read(path)
        except InputError as error:
            if "\n" in str(error):
                found.value += 1
                _keep(data, kind, f"an error of several lines: {error}", output)
        except BaseException as error:
            found.value += 1
            _keep(data, kind, f"{type(error).__name__}: {error}", output)
        signal.alarm(0)


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"more than {MOST_SECONDS} seconds")


def _data() -> int:
    """Bytes of data that this process has in use."""
    return 1024 * int(next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmData")).split()[1])


def _keep(data: bytes, kind: Kind, reason: str, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{kind.name}_{abs(hash(data)) % 16**8:08x}{kind.suffix}"
    path.write_bytes(data)
    print(f"{path}: {' '.join(reason.split())[:300]}", file=sys.stderr, flush=True)


def damaged(valid: bytes, rng: np.random.Generator) -> bytes:
    """Change one to eight places: bits, runs of bytes, numbers, lengths."""
    data = bytearray(valid)
    for _ in range(int(rng.integers(1, 9))):
        # most fields that matter stand near one of the ends
        near = int(min(len(data) - 1, rng.exponential(200)))
        place = (int(rng.integers(len(data))), near, len(data) - 1 - near)[rng.integers(3)]
        length = int(rng.integers(1, 33))
        match int(rng.integers(7)):
            case 0:
                data[place] ^= 1 << int(rng.integers(8))
            case 1:
                data[place : place + length] = rng.bytes(length)
            case 2:
                del data[place : place + length]
            case 3:
                data[place:place] = data[: length * 8]
            case 4:
                extreme = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF]))
                data[place : place + 4] = bytes([extreme] * 4)
            case 5:
                data[place:place] = _WORDS[rng.integers(len(_WORDS))] if rng.random() < 0.5 else rng.bytes(length)
            case _:
                data = data[: max(1, place)]
        if not data:
            return b"\0"
    return bytes(data)


_WORDS = (
    b"null",
    b"-1",
    b"1e999",
    b"NaN",
    b"{}",
    b"[]",
    b'"\\ud800"',
    b"../../x",
    b"!!python/name:os.system",
    b"9" * 40,
)


def every_kind() -> list[Kind]:
    """A valid file of every kind that is read from outside."""
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "about"
    more = {"exif": exif.tobytes()}
    kinds = [
        Kind("jpeg", ".jpg", _bytes(image, "JPEG", dpi=(72, 72), **more), _image),
        Kind("exif", ".bin", exif.tobytes(), lambda path: _image_with(image, path)),
        Kind("png", ".png", _bytes(image, "PNG", **more), _image),
        Kind("palette", ".png", _bytes(image.quantize(16), "PNG", transparency=3), _image),
        Kind("webp", ".webp", _bytes(image, "WEBP", **more), _image),
        Kind("avif", ".avif", _bytes(image, "AVIF", **more), _image),
        Kind("tiff", ".tif", _bytes(image, "TIFF", compression="tiff_lzw"), _image),
        Kind("bmp", ".bmp", _bytes(image, "BMP"), _image),
        Kind("gif", ".gif", _bytes(image.quantize(16), "GIF"), _image),
        Kind("mask", ".png", _bytes(image.convert("1"), "PNG"), read_mask),
    ]
    return kinds + _files_of_trainings() + _files_of_evaluations(_bytes(image, "JPEG"))


def _bytes(image: Image.Image, form: str, **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def _image(path: Path) -> None:
    size = image_size(path)
    pixels = read_image(path)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (*size, 3), f"pixels {pixels.shape}, header {size}"
    assert read_image(path, (8, 8)).shape[2] == 3


def _image_with(image: Image.Image, exif: Path) -> None:
    """Damaged metadata never costs good pixels."""
    path = exif.with_suffix(".jpg")
    try:
        image.save(path, exif=b"Exif\0\0" + exif.read_bytes()[6:])
    except ValueError:  # Pillow does not write so much
        return
    _image(path)
    read_mask(path)


def _files_of_trainings() -> list[Kind]:
    network = inpaint_zoo.create_model("misf", base_channels=1, num_residual_blocks=0)
    checkpoint = converted("misf", network, {"base_channels": 1, "num_residual_blocks": 0})
    file = io.BytesIO()
    torch.save(checkpoint, file)
    with tempfile.TemporaryDirectory() as folder:
        write_safetensors(path := Path(folder) / "network.safetensors", checkpoint)
        network_file = path.read_bytes()
    config = b"seed: 0\nmonitor: val/psnr\nmodel: {_target_: inpaint_zoo.models.misf.MISF}\ntrainer: {max_steps: 4}\n"
    return [
        Kind("checkpoint", ".ckpt", file.getvalue(), _weights),
        Kind("safetensors", ".safetensors", network_file, _weights),
        Kind("config", ".yaml", config, lambda path: read_run(_as(path, "config.yaml"))),
        Kind("metrics", ".csv", b"epoch,step,val/psnr\n0,1,\n0,3,21.5\n", _metrics),
    ]


def _metrics(path: Path) -> None:
    read_run(_as(path, "metrics.csv"))


def _weights(path: Path) -> None:
    read_checkpoint(path)
    inpaint_zoo.load_model(path)


def _as(path: Path, name: str) -> Path:
    """The folder of the file under another name."""
    other = path.with_name(name)
    other.write_bytes(path.read_bytes())
    return path.parent


def _files_of_evaluations(image: bytes) -> list[Kind]:
    digest = "ab" * 32
    sample = {
        "name": "a.png", "photograph": "a.png", "image": digest, "mask": digest, "mask_source": {"seed": 0, "index": 0},
        "split": "test", "ratio": 0.25, "size": [8, 8],
    }  # fmt: skip
    nodes = {
        "data": {"_target_": "inpaint_zoo.data.PhotographsDataModule", "eval_seed": 0},
        "mask": {"_target_": "inpaint_zoo.masks.CenterBoxMask"},
        "protocol": {"_target_": "inpaint_zoo.evaluation.protocols.StandardProtocol"},
    }
    manifest = {"inpaint_zoo": "0.1.0", "kind": KIND, **nodes, "eval_seed": 0, "samples": [sample]}
    record = {"method": "m", "name": "a.png", "ratio": 0.25, "metrics": {"psnr": 20.5, "ssim": None}}
    results = {"kind": "results", "protocol": "standard", "leaks": False, "methods": {}, "records": [record]}
    masks = {"kind": "masks", "samples": [{"file": "a.png", "mask": digest}]}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("a.jpg", "b.jpg"):
            member = tarfile.TarInfo(name)
            member.size = len(image)
            archive.addfile(member, io.BytesIO(image))
    return [
        Kind("manifest", ".json", json.dumps(manifest).encode(), read_manifest),
        Kind("results", ".json", json.dumps({**results, "hashes": {}, "settings": {}}).encode(), read_results_file),
        Kind("masks", ".json", json.dumps(masks).encode(), listed_masks),
        Kind("shard", ".tar", file.getvalue(), _shard),
    ]


def _shard(path: Path) -> None:
    with tempfile.TemporaryDirectory() as cache:
        shard_index(path, Path(cache))


if __name__ == "__main__":
    raise SystemExit(main())
