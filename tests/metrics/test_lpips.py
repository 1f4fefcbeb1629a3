import socket
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.images.arrays import rounded, to_float
from inpaint_zoo.metrics.definition import STANDARD_METRICS, as_floats, as_written
from inpaint_zoo.metrics.lpips import LPIPS, LPIPSDistance, MetricUnavailableError, load_lpips
from inpaint_zoo.metrics.reading import Pair
from inpaint_zoo.metrics.score import score

CONVOLUTIONS = {
    "alex": {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)},
    "vgg": {
        number: (outputs, inputs, 3)
        for number, inputs, outputs in (
            (0, 3, 64), (2, 64, 64), (5, 64, 128), (7, 128, 128), (10, 128, 256), (12, 256, 256), (14, 256, 256),
            (17, 256, 512), (19, 512, 512), (21, 512, 512), (24, 512, 512), (26, 512, 512), (28, 512, 512),
        )
    },
}  # fmt: skip
NETWORKS = pytest.mark.parametrize("name", CONVOLUTIONS)


@pytest.fixture(scope="module")
def states() -> dict[str, dict[str, torch.Tensor]]:
    """Random features under torchvision's names; the classifiers, over 58 million numbers, are not needed."""
    generator = torch.Generator().manual_seed(0)
    states = {}
    for name, shapes in CONVOLUTIONS.items():
        states[name] = state = {}
        for number, (outputs, inputs, side) in shapes.items():
            weight = torch.randn(outputs, inputs, side, side, generator=generator)
            state[f"features.{number}.weight"] = weight / (inputs * side * side / 2) ** 0.5
            state[f"features.{number}.bias"] = torch.zeros(outputs)
    return states


@pytest.fixture(scope="module")
def weights(states, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("weights")
    for name, state in states.items():
        torch.save(state, folder / f"{name}.pth")
    return {name: folder / f"{name}.pth" for name in states}


@pytest.fixture(scope="module")
def distances(weights) -> dict[str, LPIPSDistance]:
    return {name: load_lpips(name, path) for name, path in weights.items()}


@pytest.fixture(scope="module")
def alexnet_state(states) -> dict[str, torch.Tensor]:
    return states["alex"]


@pytest.fixture(scope="module")
def distance(distances) -> LPIPSDistance:
    return distances["alex"]


@pytest.fixture
def image_pair(target, composite) -> tuple[np.ndarray, np.ndarray]:
    return target, composite


def signed(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1


def package(name: str, state: dict[str, torch.Tensor], **options: object) -> torch.nn.Module:
    """The authors' package with these features, put in layer by layer."""
    import lpips

    with warnings.catch_warnings():
        # lpips 0.1.4 uses an argument that torchvision has renamed
        warnings.simplefilter("ignore", UserWarning)
        made = lpips.LPIPS(net=name, version="0.1", pnet_rand=True, verbose=False, **options)
    layers = {number: layer for part in made.net.children() for number, layer in part.named_children()}
    for number in CONVOLUTIONS[name]:
        layers[str(number)].load_state_dict({key: state[f"features.{number}.{key}"] for key in ("weight", "bias")})
    return made


@NETWORKS
def test_equals_the_package_with_these_weights(name: str, distances, states, target, composite):
    expected = package(name, states[name])(signed(target), signed(composite)).item()
    assert expected > 0.001
    assert distances[name](target, composite).image() == pytest.approx(expected, abs=1e-5, rel=1e-5)


@NETWORKS
def test_equals_torchmetrics_with_these_weights(name: str, distances, target, composite):
    from torchmetrics.functional.image.lpips import _LPIPS
    from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity

    network = _LPIPS(pretrained=True, net=name, pnet_rand=True)
    network.net.load_state_dict(distances[name].network.net.state_dict())
    with pytest.MonkeyPatch.context() as patch:  # its own would download the features
        patch.setattr("torchmetrics.image.lpip._NoTrainLpips", lambda net: network)
        metric = LearnedPerceptualImagePatchSimilarity(net_type=name)
    expected = metric(signed(target), signed(composite)).item()
    assert distances[name](target, composite).image() == pytest.approx(expected, abs=1e-5, rel=1e-5)


@NETWORKS
def test_chosen_pixels_have_the_mean_of_the_spatial_map(name: str, distances, states, image_pair, mask):
    with torch.no_grad():
        spatial = package(name, states[name], spatial=True)(*map(signed, image_pair))[0, 0].numpy()
    reading = distances[name](*image_pair)
    for where in (mask == 1, mask == 0):
        values = [spatial[y, x] for y in range(where.shape[0]) for x in range(where.shape[1]) if where[y, x]]
        assert reading.within(where) == pytest.approx(sum(values) / len(values), abs=1e-5, rel=1e-5)
    assert reading.within(mask == 1) > reading.within(mask == 0)
    assert reading.within(np.zeros_like(mask, bool)) is None


@NETWORKS
def test_zero_for_equal_images_and_symmetric(name: str, distances, target, composite):
    distance = distances[name]
    assert distance(target, target).image() == distance(target, target).pixels.max() == 0
    forth, back = distance(target, composite), distance(composite, target)
    assert forth.image() == pytest.approx(back.image(), rel=1e-5)


def test_a_score_holds_it_for_three_regions(distance, target, composite, mask):
    scored = score(target, composite, mask, STANDARD_METRICS, distance)
    reading = distance(target, composite)
    assert scored["lpips"] == reading.image()
    assert scored["hole_lpips"] == reading.within(mask == 1)
    assert scored["known_lpips"] == 0


def test_a_protocol_chooses_what_it_is_shown(distance, target):
    lighter = to_float(target) * np.float32(0.997) + np.float32(0.001)
    pair = Pair(to_float(target), lighter)
    assert LPIPS(distance, as_written)(pair).image() == distance(target, rounded(lighter)).image()
    assert LPIPS(distance, as_floats)(pair).image() == distance(to_float(target), lighter).image()
    assert LPIPS(distance, as_floats)(pair).image() != LPIPS(distance, as_written)(pair).image()


def test_autocast_around_it_changes_nothing(distance, target, composite):
    with torch.autocast("cpu", torch.bfloat16):
        inside = distance(target, composite)
    assert inside.image() == distance(target, composite).image()


@NETWORKS
def test_smallest_image(name: str, distances):
    side = distances[name].minimum_size
    black = np.zeros((side, side, 3), np.uint8)
    assert distances[name](black, black + 200).image() > 0
    assert distances[name](black[:-1], black[:-1]) is None


def test_global_random_state_is_left_alone(weights):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load_lpips("alex", weights["alex"])
    assert torch.equal(torch.rand(1), expected)


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    return tmp_path


@NETWORKS
def test_without_network_it_is_not_available_and_says_why(name: str, empty_cache, monkeypatch):
    timeouts = []

    def refuse(*_args, **_kwargs):
        timeouts.append(socket.getdefaulttimeout())
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "urlopen", refuse)
    with pytest.raises(MetricUnavailableError, match=r"LPIPS is not available.*Name or service"):
        load_lpips(name)
    assert timeouts[0] is not None
    assert socket.getdefaulttimeout() is None


def test_cached_weights_are_used(empty_cache, alexnet_state, distance, target, composite):
    folder = empty_cache / "checkpoints"
    folder.mkdir()
    torch.save(alexnet_state, folder / "alexnet-owt-7be5be79.pth")
    assert load_lpips("alex")(target, composite).image() == distance(target, composite).image()


def test_damaged_cache_is_reported(empty_cache):
    folder = empty_cache / "checkpoints"
    folder.mkdir()
    (folder / "alexnet-owt-7be5be79.pth").write_bytes(b"half a file")
    with pytest.raises(DamagedFileError, match=r"alexnet-owt-7be5be79\.pth is damaged"):
        load_lpips("alex")


def test_wrong_files_are_named(tmp_path, alexnet_state):
    with pytest.raises(InputError, match=r"none\.pth: not a readable"):
        load_lpips("alex", tmp_path / "none.pth")
    (tmp_path / "text.pth").write_text("hello")
    with pytest.raises(InputError, match=r"text\.pth: not a readable"):
        load_lpips("alex", tmp_path / "text.pth")
    torch.save([1], tmp_path / "list.pth")
    with pytest.raises(InputError, match="holds a list, give torchvision's AlexNet state dict"):
        load_lpips("alex", tmp_path / "list.pth")
    torch.save(alexnet_state | {"features.3.bias": torch.zeros(7)}, tmp_path / "shape.pth")
    with pytest.raises(InputError, match=r"features\.3\.bias"):
        load_lpips("alex", tmp_path / "shape.pth")
