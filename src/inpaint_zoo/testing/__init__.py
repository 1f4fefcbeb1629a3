"""What every model and every mask generator must do, as tests for those of one's own package.

Subclass in a file that pytest collects; the class needs no more than what `make_network`, `make_module` or `make_mask`
return:

    from inpaint_zoo.testing import ModelConformance

    class TestMyModel(ModelConformance):
        def make_network(self): ...
        def make_module(self, **weights): ...

The checks are plain assertions and do not import pytest.
"""

from inpaint_zoo.testing.mask import MaskConformance, check_mask
from inpaint_zoo.testing.model import ModelConformance, batch_of, fill

__all__ = ["MaskConformance", "ModelConformance", "batch_of", "check_mask", "fill"]
