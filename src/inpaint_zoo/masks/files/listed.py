"""What the manifest of a folder of masks lists, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inpaint_zoo.files.json_values import Hash, JSONObject, Name, validated


class _Sample(JSONObject):
    name: Name
    mask: Hash


class _File(JSONObject):
    samples: list[_Sample]


def checked_hashes(values: Mapping[str, Any], where: str) -> dict[str, str]:
    """The hash of each mask by its name.

    Args:
        values: Of the manifest.
        where: What it is, for messages.

    Raises:
        InputError: A name or a hash is missing, or is none.
    """
    return {sample.name: sample.mask for sample in validated(_File, values, where).samples}
