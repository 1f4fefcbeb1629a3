import socket
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.lpips import LPIPS_MINIMUM_SIZE, MetricUnavailableError, load_lpips


@pytest.fixture(scope="module")
def alexnet_state() -> dict[str, torch.Tensor]:
    """Random features under torchvision's names; the classifier, 58 million numbers, is not needed."""
    generator = torch.Generator().manual_seed(0)
    shapes = {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)}
    state = {}
    for number, (outputs, inputs, side) in shapes.items():
        weight = torch.randn(outputs, inputs, side, side, generator=generator) / (inputs * side * side) ** 0.5
        state |= {f"features.{number}.weight": weight, f"features.{number}.bias": torch.zeros(outputs)}
    return state


@pytest.fixture(scope="module")
def weights(alexnet_state, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "alexnet.pth"
    torch.save(alexnet_state, path)
    return path


@pytest.fixture(scope="module")
def distance(weights):
    return load_lpips(weights)


def signed(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None] / 127.5 - 1


def test_equals_the_package_with_these_weights(distance, alexnet_state, target, composite):
    import lpips

    with warnings.catch_warnings():
        # lpips 0.1.4 uses an argument that torchvision has renamed
        warnings.simplefilter("ignore", UserWarning)
        package = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False)
    alexnet = torchvision.models.alexnet(weights=None)
    alexnet.load_state_dict(alexnet_state, strict=False)
    for slice_number in range(1, 6):
        for name, layer in getattr(package.net, f"slice{slice_number}").named_children():
            if isinstance(layer, torch.nn.Conv2d):
                layer.load_state_dict(alexnet.features[int(name)].state_dict())
    expected = package(signed(target), signed(composite)).item()
    assert distance(target, composite) == pytest.approx(expected, rel=1e-5)
    assert expected > 0.001


def test_zero_for_equal_pictures_and_symmetric(distance, target, composite):
    assert distance(target, target) == 0
    assert distance(target, composite) == pytest.approx(distance(composite, target), rel=1e-6)


def test_autocast_around_it_changes_nothing(distance, target, composite):
    with torch.autocast("cpu", torch.bfloat16):
        inside = distance(target, composite)
    assert inside == distance(target, composite)


def test_smallest_picture(distance):
    side = LPIPS_MINIMUM_SIZE
    black = np.zeros((side, side, 3), np.uint8)
    assert distance(black, black + 200) > 0
    assert distance(black[:-1], black[:-1]) is None


def test_global_random_state_is_left_alone(weights):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load_lpips(weights)
    assert torch.equal(torch.rand(1), expected)


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    return tmp_path


def test_without_network_it_is_not_available_and_says_why(empty_cache, monkeypatch):
    timeouts = []

    def refuse(*_args, **_kwargs):
        timeouts.append(socket.getdefaulttimeout())
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "urlopen", refuse)
    with pytest.raises(MetricUnavailableError, match=r"LPIPS is not available.*Name or service"):
        load_lpips()
    assert timeouts[0] is not None
    assert socket.getdefaulttimeout() is None


def test_cached_weights_are_used(empty_cache, alexnet_state, distance, target, composite):
    folder = empty_cache / "checkpoints"
    folder.mkdir()
    torch.save(alexnet_state, folder / "alexnet-owt-7be5be79.pth")
    assert load_lpips()(target, composite) == distance(target, composite)


def test_damaged_cache_is_reported(empty_cache):
    folder = empty_cache / "checkpoints"
    folder.mkdir()
    (folder / "alexnet-owt-7be5be79.pth").write_bytes(b"half a file")
    with pytest.raises(MetricUnavailableError, match="LPIPS is not available"):
        load_lpips()


def test_wrong_files_are_named(tmp_path, alexnet_state):
    with pytest.raises(InputError, match=r"none\.pth: not a readable"):
        load_lpips(tmp_path / "none.pth")
    (tmp_path / "text.pth").write_text("hello")
    with pytest.raises(InputError, match=r"text\.pth: not a readable"):
        load_lpips(tmp_path / "text.pth")
    torch.save([1], tmp_path / "list.pth")
    with pytest.raises(InputError, match="holds a list"):
        load_lpips(tmp_path / "list.pth")
    torch.save(alexnet_state | {"features.3.bias": torch.zeros(7)}, tmp_path / "shape.pth")
    with pytest.raises(InputError, match=r"features\.3\.bias"):
        load_lpips(tmp_path / "shape.pth")
