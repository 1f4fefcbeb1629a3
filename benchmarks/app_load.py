"""Many users of `inpaint-zoo app` at once: errors, mixed-up results, seconds, and the memory of the server."""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import skimage.data
from PIL import Image

from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.rate import MachineRate

SIZE = 384
"""Pixels: sides of the images."""


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Start the command; yields its address and the number of its process."""
    arguments = [sys.executable, "-m", "inpaint_zoo", "app", "port=0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0], process.pid
        process.terminate()


def png(pixels: np.ndarray) -> bytes:
    """The bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def megabytes(process: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def ask(address: str, image: bytes, mask: bytes, model: str) -> tuple[int, bytes, float]:
    """Status, body and seconds of one request."""
    start = time.monotonic()
    files = {"image": ("photo.png", image), "mask": ("hole.png", mask)}
    answer = httpx2.post(f"{address}/fill", files=files, data={"model": model}, timeout=600)
    return answer.status_code, answer.content, time.monotonic() - start


def main() -> None:
    """Print a line for every round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--models", nargs="+", default=["madf", "misf", "opencv_telea"])
    options = parser.parse_args()
    photograph = skimage.data.astronaut()[:SIZE, :SIZE]
    hole = np.zeros((SIZE, SIZE), np.uint8)
    hole[100:180, 120:260] = 255
    mask = png(hole)
    images = [png(np.roll(photograph, 7 * user, axis=1)) for user in range(options.users)]
    models = [options.models[user % len(options.models)] for user in range(options.users)]
    print(f"{options.users} users, {SIZE}x{SIZE}, hole {(hole > 0).mean():.1%}, {', '.join(options.models)}")
    with server() as (address, process), ThreadPoolExecutor(options.users) as pool:
        alone = [ask(address, image, mask, model)[1] for image, model in zip(images, models, strict=True)]
        print(f"alone: {megabytes(process):.0f} MB")
        for number in range(1, options.rounds + 1):
            start = time.monotonic()
            asked = [pool.submit(ask, address, image, mask, model) for image, model in zip(images, models, strict=True)]
            answers = [one.result() for one in asked]
            errors = sum(status != httpx2.codes.OK for status, _, _ in answers)
            mixed_up = sum(body != right for (_, body, _), right in zip(answers, alone, strict=True))
            waited = statistics.median(seconds for _, _, seconds in answers)
            print(
                f"round {number}: {errors} errors, {mixed_up} mixed up, {time.monotonic() - start:.1f} s for all, "
                f"median {waited:.1f} s, {megabytes(process):.0f} MB",
                flush=True,
            )
    rate = MachineRate()
    rate()
    print("", *describe_machine(rate.best).lines(), sep="\n")


if __name__ == "__main__":
    main()
