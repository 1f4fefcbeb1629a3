"""The shards that a configuration names, and local copies of remote ones."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from braceexpand import braceexpand
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.checks import string_or_strings
from inpaint_zoo.data.splits import refuse_empty
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import cache_folder
from inpaint_zoo.files.name_matching import few

_announce = rank_zero_only(logging.getLogger(__name__).info)
_MOST_SHARDS = 100_000
_LONGEST_NUMBER = 18
_SCHEME = re.compile(r"(pipe|[A-Za-z][A-Za-z0-9+.-]*(?=://)):")
_RANGE = re.compile(r"\{(-?\d+)\.\.(-?\d+)\}")
_SHARD = re.compile(r"(?i)^[^.].*\.(tar|tar\.\w+|tgz|tbz2?|txz)$", re.DOTALL)
_DOWNLOADED = frozenset({"http", "https"})
# -g: braces were expanded before, so that curl must not
_CURL = ("curl", "-fsLg", "--connect-timeout", "30", "--retry", "30", "--retry-delay", "2")


def shards_folder() -> Path:
    """The folder of indexes of shards and copies of remote shards."""
    return cache_folder() / "shards"


def shard_addresses(given: str | Sequence[str], root: str | None, key: str) -> list[str]:
    """Paths and URLs of shards.

    Args:
        given: A tar file, a folder of them, braces such as `train-{000000..000199}.tar`, a URL, or a list of these.
        root: Folder or URL of relative names.
        key: The configuration key, for messages.

    Raises:
        InputError: Nothing has this name, a shard of a range is missing, or a shard is named twice.
    """
    refuse_empty({"data.root": root, key: given})
    patterns = string_or_strings(given, key, "[a.tar,b.tar]")
    found = [address for pattern in patterns for address in _expanded(pattern, root, key)]
    if len(set(found)) < len(found):
        twice = next(address for number, address in enumerate(found) if address in found[:number])
        raise InputError(f"{key} names the shard {twice!r} twice")
    return found


def _expanded(pattern: str, root: str | None, key: str) -> list[str]:
    whole = _below(root, pattern)
    # the name of a file may hold braces
    if not _SCHEME.match(whole) and os.path.exists(whole):  # noqa: PTH110 - False for names that are too long
        return list(_of_folder(Path(whole), key)) if Path(whole).is_dir() else [whole]
    if any(_num_expanded(*ends) > _MOST_SHARDS for ends in _RANGE.findall(pattern)):
        raise InputError(f"{key}: {pattern!r} stands for more than {_MOST_SHARDS} shards")
    try:
        found = [_below(root, name) for name in islice(braceexpand(pattern), _MOST_SHARDS + 1)]
    except ValueError as error:
        raise InputError(f"{key}: {pattern!r} has a brace that is not closed, and is not a file") from error
    if len(found) > _MOST_SHARDS:
        raise InputError(f"{key}: {pattern!r} stands for more than {_MOST_SHARDS} shards")
    missing = [address for address in found if not _SCHEME.match(address) and not os.path.isfile(address)]  # noqa: PTH113
    if missing:
        names = few([repr(address) for address in missing])
        raise InputError(f"{key}: {len(missing)} of {len(found)} shards of {pattern!r} do not exist: {names}")
    return found


def _num_expanded(first: str, last: str) -> float:
    """How many numbers a range in braces stands for, computed without expanding it."""
    return math.inf if max(len(first), len(last)) > _LONGEST_NUMBER else abs(int(first) - int(last)) + 1


def _below(root: str | None, name: str) -> str:
    if _SCHEME.match(name):
        return name
    name = os.path.expanduser(name)  # noqa: PTH111 - a URL is no Path
    if root is None or name.startswith("/"):
        return name
    return f"{os.path.expanduser(root).rstrip('/') or '/'}/{name}"  # noqa: PTH111


def _of_folder(folder: Path, key: str) -> Iterator[str]:
    try:
        files = [path for path in folder.rglob("*") if _SHARD.search(path.name) and path.is_file()]
    except OSError as error:
        raise InputError(f"{key}: cannot read the folder {str(folder)!r} ({error.strerror or error})") from error
    compressed = [path for path in files if path.suffix.lower() != ".tar"]
    if compressed:
        names = few([repr(str(path)) for path in sorted(compressed)])
        raise InputError(f"{key}: compressed shards are not read: {names}: unpack them to .tar, or move them away")
    if not files:
        raise InputError(f"{key}: {str(folder)!r} holds no shards (.tar)")
    yield from map(str, sorted(files))


def local_copy(address: str) -> Path:
    """The shard itself if it is a file, else a copy, downloaded once by curl.

    Copies are in the folder of the environment variable `WDS_CACHE`, as in the webdataset library, else in
    `shards_folder()`. They are never updated: delete a copy to download it again.

    Raises:
        InputError: The scheme of the address is not supported, or the shard cannot be downloaded or stored.
    """
    scheme = _SCHEME.match(address)
    if scheme is None:
        return Path(address)
    if scheme[1].lower() not in _DOWNLOADED:
        raise InputError(
            f"shard {address!r}: shards are read from files, http:// and https:// only: copy it to a folder first, "
            f"such as with `aws s3 sync` or `gsutil rsync`"
        )
    # two folders may hold shards of the same name: the hash is of the whole URL
    name = re.sub(r"[^\w.-]", "_", address.rpartition("/")[2])[-64:]
    folder = Path(os.environ.get("WDS_CACHE") or shards_folder())
    path = folder / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}-{name}"
    if not path.is_file():
        _announce(f"copying {address} to {path}")
        _download(address, path)
    return path


def _download(url: str, path: Path) -> None:
    if shutil.which("curl") is None:
        raise InputError(f"shard {url!r} cannot be downloaded: install curl")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=path.parent) as folder:
            copy = Path(folder, "shard")
            subprocess.run([*_CURL, "--output", str(copy), url], check=True)
            copy.replace(path)
    except (OSError, subprocess.CalledProcessError) as error:
        code = getattr(error, "returncode", None)
        reason = f"curl's exit code {code}" if code else getattr(error, "strerror", None) or error
        raise InputError(f"shard {url!r} cannot be downloaded to {str(path.parent)!r} ({reason})") from error
