"""What is read is never written: checks of the place of results against the inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable


def refuse_below(folder: Path, inputs: Mapping[str, str | Path], result: str = "output") -> None:
    """Refuse a folder that lies in one of the inputs, where a second run would take the results for inputs.

    Args:
        folder: Gets the results; links are followed.
        inputs: Folders by the keys that name them; what is no folder is passed over.
        result: The key that names `folder`.

    Raises:
        InputError: It lies there.
    """
    for key, given in inputs.items():
        path = Path(given).expanduser()
        if path.is_dir() and folder.resolve().is_relative_to(path.resolve()):
            raise InputError(f"{result}: {folder} lies in {key}={given}, which is read: choose another folder")


def refuse_missing(nodes: Mapping[str, Any]) -> None:
    """Refuse a configuration that names a folder that is not there.

    Args:
        nodes: Plain values by their keys; what `named_folders` finds is checked, addresses of the network aside.

    Raises:
        InputError: The message names the key of the folder.
    """
    for key, node in nodes.items():
        for name, folder in named_folders(node, key).items():
            if "://" not in folder and folder != "???" and not Path(folder).expanduser().exists():
                hint = f". {node['hint']}" if isinstance(node, Mapping) and node.get("hint") else ""
                raise InputError(f"{name}: {folder!r} does not exist: give {name}=DIR{hint}")


def refuse_overwriting(results: Iterable[Path], inputs: Iterable[Readable]) -> None:
    """Refuse results that would replace an input, whatever the links between them.

    Args:
        results: Where they are going to be written.
        inputs: Files that are read, or members of archives, which nothing replaces.

    Raises:
        InputError: A result is an input.
    """
    known = {identity: path for path in inputs if isinstance(path, Path) and (identity := _identity(path))}
    for result in results:
        identity = _identity(result)
        if identity in known:
            raise InputError(f"output: {result} is {known[identity]}, which is read: choose another folder")


def named_folders(node: Any, key: str) -> dict[str, str]:
    """Every folder that a node of the configuration names as a `root`, by its key.

    Args:
        node: Plain values.
        key: That of the node.
    """
    if not isinstance(node, Mapping):
        return {}
    inner = (named_folders(value, f"{key}.{name}") for name, value in node.items() if name != "root")
    own = {f"{key}.root": str(node["root"])} if node.get("root") else {}
    return own | {name: folder for folders in inner for name, folder in folders.items()}


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
