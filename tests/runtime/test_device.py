import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.device import choose_device


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in {"cpu", "cuda"}
    for name in ("gpu", "cuda:77", ""):
        with pytest.raises(InputError, match=rf"device={name} cannot be used"):
            choose_device(name)
