"""`inpaint-zoo data manifest`: an evaluation set as a file."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.evaluation.evaluation_set import evaluation_set
from inpaint_zoo.evaluation.manifest import write_manifest
from inpaint_zoo.evaluation.settings import Settings, protocol_node
from inpaint_zoo.files.atomic import writable_file
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_replacing


def run(config: DictConfig) -> None:
    """Write the test set of the data, with these masks and this protocol, as a manifest with all hashes."""
    quiet_libraries()
    path = writable_file(config.output)
    refuse_replacing([path], force=config.force)
    nodes: dict[str, Any] = {
        group: OmegaConf.to_container(config[group], resolve=True, throw_on_missing=True) for group in ("data", "mask")
    }
    nodes["protocol"] = protocol_node(config)
    settings = Settings(**nodes, sources={}, manifest=None, device="cpu", lpips=False, lpips_weights="imagenet")
    evaluation = evaluation_set(settings)
    refuse_overwriting([path], [image.path for image in evaluation.dataset.images])
    manifest = evaluation.manifest
    write_manifest(manifest, path)
    num_images = len({entry.photograph for entry in manifest.samples})
    print(f"{len(manifest.samples)} samples of {num_images} images, written to {path}")
