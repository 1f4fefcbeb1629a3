"""inpaint-zoo: MISF, MADF and CTSDG side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.errors import InputError

if TYPE_CHECKING:
    from inpaint_zoo.inference.inpainter import inpaint, load
    from inpaint_zoo.zoo import create_model, create_module, list_models, load_model

    __version__: str

__all__ = ["InputError", "__version__", "create_model", "create_module", "inpaint", "list_models", "load", "load_model"]
_INFERENCE = ("inpaint", "load")


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: `import inpaint_zoo` stays quick and needs neither torch nor Hydra
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("inpaint-zoo")
    if name in _INFERENCE:
        from inpaint_zoo.inference import inpainter  # noqa: PLC0415

        return getattr(inpainter, name)
    if name in __all__:
        from inpaint_zoo import zoo  # noqa: PLC0415

        return getattr(zoo, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
