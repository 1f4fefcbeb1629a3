"""The settings of an evaluation, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.checks import true_or_false
from inpaint_zoo.data.mask_keys import MaskRule
from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.arithmetic import Arithmetic


@dataclass(frozen=True)
class Settings:
    """The part of a configuration on which the results depend."""

    data: Mapping[str, Any]
    mask: Mapping[str, Any]
    protocol: Mapping[str, Any]
    sources: Mapping[str, str]
    """The methods, by title: the name of a classical fill, the path of a checkpoint, or a folder of images."""
    manifest: str | None
    """Path of a manifest, which replaces `data` and `mask`; only their folders, where given, are still used."""
    device: str
    lpips: bool
    lpips_weights: str
    weights: str | None = None
    """`raw` or `ema`, for checkpoints that hold both; None: `ema` where there is one."""
    mask_rule: MaskRule = MaskRule.NAME
    """What the masks depend on; a manifest has a rule of its own."""
    precision: str = "float32"
    """Of networks, see `runtime.arithmetic`."""
    compile: bool = False
    """Whether networks are compiled."""
    match: str | Mapping[str, str] = ""
    """How files in folders of images are named, in all of them or by method; see `name_matching.named_by`."""
    leave_out_trained: bool = False
    """Whether images are left out that a method was trained on."""
    inception_weights: str = "imagenet"
    """Of FID, U-IDS and P-IDS."""

    @classmethod
    def from_config(cls, config: DictConfig, sources: Mapping[str, str]) -> Settings:
        """Take the settings out of the configuration of `evaluate` or `compare`."""
        complete = config.manifest is None
        return cls(
            data=_plain(config.data, complete),
            mask=_plain(config.mask, complete),
            protocol=protocol_node(config),
            sources=sources,
            manifest=config.manifest,
            device=config.device,
            lpips=true_or_false(config.lpips, "lpips"),
            lpips_weights=config.lpips_weights,
            weights=config.weights,
            precision=config.precision,
            compile=config.compile,
            match=_pattern(config.get("match", "")),
            leave_out_trained=true_or_false(config.leave_out_trained, "leave_out_trained"),
            inception_weights=config.get("inception_weights", "imagenet"),  # `evaluate` has none of these metrics
        )

    @property
    def arithmetic(self) -> Arithmetic:
        """How networks compute.

        Raises:
            InputError: A value is not offered.
        """
        return Arithmetic(self.precision, self.compile)


def _pattern(given: Any) -> str | dict[str, str]:
    """`match`: one pattern for all folders, or one for each title."""
    return {str(title): str(own) for title, own in given.items()} if isinstance(given, Mapping) else str(given or "")


def protocol_node(config: DictConfig) -> dict[str, Any]:
    """The protocol of a configuration, as plain values.

    Raises:
        InputError: `mask_first` is given, and the protocol's file does not take it.
    """
    node = _plain(config.protocol, complete=True)
    if config.mask_first and "mask_first" not in node:
        raise InputError(
            "mask_first=true: the file of this protocol= does not take it: add the line mask_first: ${mask_first} to it"
        )
    return node


def _plain(node: DictConfig, complete: bool) -> dict[str, Any]:
    plain: Any = OmegaConf.to_container(node, resolve=True, throw_on_missing=complete)
    return {str(key): value for key, value in plain.items()}
