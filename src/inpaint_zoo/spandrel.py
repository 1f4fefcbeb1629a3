"""Our networks in programs that are built on spandrel: it recognises their files, and runs them as `predict` does."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.torch_version import TorchVersion

from inpaint_zoo.config.compose import option
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import NetworkMethod
from inpaint_zoo.inference.inpainter import Inpainter
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.weights import weights_among
from inpaint_zoo.zoo import filled_network, list_models

__all__ = ["install"]

OLDEST = "0.4"
"""The oldest version of spandrel that is known to work."""


def install(registry: Any = None) -> list[Any]:
    """Let spandrel recognise the files of our networks: published ones, and those that this package writes.

    What spandrel then loads is a `MaskedImageModelDescriptor`. Called with an image (1, 3, H, W) in [0, 1] of any size
    and a mask (1, 1, H, W), 1 = hole, it returns what `inpaint_zoo.load` returns: (1, 3, H, W), known pixels unchanged.

    Args:
        registry: A `spandrel.ArchRegistry`; None: `spandrel.MAIN_REGISTRY`, which every `spandrel.ModelLoader` uses.

    Returns:
        What was added, as `ArchRegistry.add` returns it; an architecture whose id is there already is left as it is.

    Examples:
        >>> import spandrel
        >>> registry = spandrel.ArchRegistry()
        >>> [str(support.architecture.id) for support in install(registry)]
        ['CTSDG', 'DeepFillv2', 'EdgeConnect', 'MADF', 'MISF', 'PConv', 'RFR']
        >>> install(registry)
        []

    Raises:
        InputError: spandrel is not installed, or older than `OLDEST`.
    """
    library = _library()
    registry = library.MAIN_REGISTRY if registry is None else registry
    added: list[Any] = registry.add(*[_support(library, model) for model in list_models()], ignore_duplicates=True)
    return added


def _library() -> Any:
    try:
        import spandrel  # noqa: PLC0415 - it is an extra
    except ImportError as error:
        raise InputError("spandrel is not installed: pip install 'inpaint-zoo[spandrel]'.") from error
    if TorchVersion(spandrel.__version__) < OLDEST:
        raise InputError(
            f"spandrel {spandrel.__version__} is older than {OLDEST}: pip install --upgrade 'inpaint-zoo[spandrel]'."
        )
    return spandrel


def _support(library: Any, model: str) -> Any:
    class Network(library.Architecture):  # type: ignore[misc]  # spandrel has no types
        """One of our models."""

        def load(self, state_dict: dict[str, Any]) -> Any:
            network = filled_network(weights_among(state_dict))
            return library.MaskedImageModelDescriptor(
                network,
                network.state_dict(),
                architecture=self,
                purpose="Inpainting",
                tags=[],
                supports_half=False,  # running variances may be larger than its largest number
                supports_bfloat16=False,
                input_channels=3,
                output_channels=3,
                tiling=library.ModelTiling.INTERNAL,
                call_fn=_fill,
            )

    name = str(option("model", model)._target_).rpartition(".")[2]
    return library.ArchSupport.from_architecture(Network(id=name, detect=lambda state: _model(state) == model))


def _model(state: dict[str, Any]) -> str | None:
    """The model that a state dict is of; None: of none of ours."""
    try:
        return weights_among(state).model
    except InputError:
        return None


def _fill(network: InpaintingNetwork, image: Tensor, mask: Tensor) -> Tensor:
    device = next(network.parameters()).device
    return Inpainter(NetworkMethod(network, device))(image.float(), mask.float()).to(image.dtype)
