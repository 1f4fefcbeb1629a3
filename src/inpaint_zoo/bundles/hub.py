"""Weights in a repository of the Hugging Face Hub, by their address: `hf://OWNER/NAME@REVISION/FILE#sha256=HEX`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import file_hash

STANDARD_FILE = "model.safetensors"
"""The file of a repository, if the address names none; `inpaint-zoo bundle` writes it."""
_ADDRESS = re.compile(
    r"hf://(?P<repository>[\w-][\w.-]*/[\w-][\w.-]*)(@(?P<revision>[\w.%-]+))?(/(?P<file>[^#@]+))?(#sha256=(?P<sha256>[0-9a-f]{64}))?",
    re.ASCII | re.IGNORECASE,
)


class Address(NamedTuple):
    """A file of a repository."""

    repository: str
    """Owner and name."""
    revision: str | None
    """A branch, a tag or a commit; None: the newest commit of the main branch. In the text, a slash in it is %2F."""
    file: str
    """Its path in the repository."""
    sha256: str | None
    """The hash that it must have, 64 hexadecimal digits; None: any."""


def parse_address(text: str) -> Address:
    """Take an address apart.

    Examples:
        >>> parse_address("hf://someone/fills@v2")
        Address(repository='someone/fills', revision='v2', file='model.safetensors', sha256=None)

    Raises:
        InputError: It is no such address.
    """
    match = _ADDRESS.fullmatch(text)
    file = match["file"] or STANDARD_FILE if match else ""
    if match is None or ".." in Path(file).parts or Path(file).is_absolute():
        raise InputError(
            f"{text} is no address of a file on the Hugging Face Hub: write hf://OWNER/NAME, with @REVISION, /FILE and "
            "#sha256=HEX (64 digits) after it, in this order, as you need them"
        )
    revision = match["revision"] and unquote(match["revision"])
    return Address(match["repository"], revision, file, match["sha256"] and match["sha256"].lower())


@cache
def download(text: str) -> Path:
    """The file at an address, from the cache of `huggingface_hub` if it is there; asked once in a process.

    `HF_HUB_OFFLINE=1` asks the cache only; `HF_HOME` says where it is; `hf auth login` stores a token for private ones.

    Raises:
        InputError: The address is wrong, nothing is there, it cannot be reached, or the file has another hash.
    """
    address = parse_address(text)
    path = _fetched(text, address)
    found = address.sha256 and file_hash(path)
    if found != address.sha256:
        raise InputError(f"{text}: the file there has the SHA-256 {found}: it was changed, or the address is wrong")
    return path


def _fetched(text: str, address: Address) -> Path:
    try:
        from huggingface_hub import errors, hf_hub_download  # noqa: PLC0415 - it is an extra
    except ImportError as error:
        raise InputError(f"{text} needs huggingface_hub: pip install 'inpaint-zoo[hub]'") from error
    try:
        return Path(hf_hub_download(address.repository, address.file, revision=address.revision))
    except errors.GatedRepoError as error:
        reason = "its owner wants to be asked first: do that on its page, then hf auth login"
        raise InputError(f"{text}: {reason}") from error
    except errors.RepositoryNotFoundError as error:
        reason = "there is no such repository; if it is private, hf auth login stores your token"
        raise InputError(f"{text}: {reason}") from error
    except errors.RevisionNotFoundError as error:
        raise InputError(f"{text}: {address.repository} has no revision {address.revision}") from error
    except errors.LocalEntryNotFoundError as error:
        reason = "the Hub cannot be reached, and the file is not in the cache: download it where there is a network"
        raise InputError(f"{text}: {reason}") from error
    except errors.EntryNotFoundError as error:
        reason = f"there is no file {address.file}: name one, as in hf://{address.repository}/FILE"
        raise InputError(f"{text}: {reason}") from error
    except (errors.HfHubHTTPError, errors.HFValidationError, OSError) as error:
        raise InputError(f"{text} cannot be downloaded: {str(error).splitlines()[0]}") from error
