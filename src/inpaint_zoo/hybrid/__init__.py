"""Any network with any discriminator and any set of losses."""

from inpaint_zoo.hybrid.module import Hybrid
from inpaint_zoo.hybrid.network import FilteredModel

__all__ = ["FilteredModel", "Hybrid"]
