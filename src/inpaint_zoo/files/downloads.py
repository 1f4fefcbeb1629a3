"""Published weights, which torch downloads once and keeps in its cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import torch
from torch import Tensor

from inpaint_zoo.errors import DamagedFileError


def downloaded_weights(url: str, *, check_hash: bool) -> Mapping[str, Tensor]:
    """The state dict at an address, from torch's cache (`$TORCH_HOME/hub/checkpoints`) if it is there.

    Args:
        url: Its last part is the name in the cache.
        check_hash: Whether the name holds the beginning of the file's SHA-256, which a download must have.

    Raises:
        DamagedFileError: The file in the cache cannot be read, as after an interrupted download.
        OSError: There is no network, or no place for the file.
        RuntimeError: The download has another hash.
    """
    path = Path(torch.hub.get_dir(), "checkpoints", PurePosixPath(urlsplit(url).path).name)
    was_there = path.is_file()
    try:
        state: Mapping[str, Tensor] = torch.hub.load_state_dict_from_url(
            url, map_location="cpu", progress=False, check_hash=check_hash, weights_only=True
        )
    except Exception as error:  # reading half a file can raise any exception
        readable = not isinstance(error, (PermissionError, MemoryError)) and "allocate memory" not in str(error)
        if not was_there or not readable:
            raise
        raise DamagedFileError(
            f"{path} is damaged, as after an interrupted download: delete it, and it is downloaded again"
        ) from error
    return state
