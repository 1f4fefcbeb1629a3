import pickle
import urllib.error
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.inception import BATCH_SIZE, NUM_FEATURES, InceptionFeatures, load_inception
from inpaint_zoo.metrics.weights import MetricUnavailableError


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    """Random weights, large enough that images do not fade on their way through the layers."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        patch.setattr("torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", lambda *_, **__: {})
        network = FeatureExtractorInceptionV3("random", ["2048"])
    return {
        name: value * 2.4 if name.endswith("conv.weight") else value for name, value in network.state_dict().items()
    }


@pytest.fixture(scope="module")
def weights(state, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(state, path)
    return path


def test_equals_torch_fidelity_with_these_weights(weights, target, composite):
    from torch_fidelity import FeatureExtractorInceptionV3

    network = FeatureExtractorInceptionV3("own", ["2048"], feature_extractor_weights_path=str(weights))
    images = np.stack([target, composite])
    (expected,) = network(torch.from_numpy(images).permute(0, 3, 1, 2))
    found = load_inception(weights)(images)
    assert found.shape == (2, NUM_FEATURES)
    assert found == pytest.approx(expected.numpy(), rel=1e-5, abs=1e-6)
    assert abs(found[0] - found[1]).max() > 1e-3


def test_without_network_it_is_not_available_and_says_why(monkeypatch, tmp_path):
    def refuse(*_args, **_kwargs):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "urlopen", refuse)
    with pytest.raises(MetricUnavailableError, match=r"FID, U-IDS, P-IDS.* not available.*Name or service") as raised:
        load_inception("imagenet")
    assert str(raised.value).endswith(").")
    assert "\n" not in str(raised.value)


def test_cached_weights_are_used(monkeypatch, tmp_path, state, weights, target):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    torch.save(state, tmp_path / "checkpoints" / "weights-inception-2015-12-05-6726825d.pth")
    assert np.array_equal(load_inception("imagenet")(target[None]), load_inception(weights)(target[None]))


class Payload:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_file_runs_no_code(tmp_path):
    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps({"fc.bias": Payload(tmp_path / "ran")}, protocol=2))
    with pytest.raises(InputError, match=r"evil\.pth: not a readable state dict"):
        load_inception(path)
    torch.save({"fc.bias": Payload(tmp_path / "ran")}, path)
    with pytest.raises(InputError, match=r"evil\.pth: not a readable state dict"):
        load_inception(path)
    assert not (tmp_path / "ran").exists()


def test_wrong_files_are_named(tmp_path, state):
    torch.save({"fc.bias": state["fc.bias"]}, tmp_path / "partial.pth")
    with pytest.raises(InputError, match=r"partial\.pth: not the state dict of torch-fidelity's"):
        load_inception(tmp_path / "partial.pth")
    torch.save([1], tmp_path / "list.pth")
    with pytest.raises(InputError, match="holds a list"):
        load_inception(tmp_path / "list.pth")


class Means(nn.Module):
    """Stands for the network: three features, the means of the channels."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.batches: list[tuple[int, ...]] = []

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        self.batches.append(tuple(images.shape))
        return (images.float().mean(dim=(2, 3)) * self.scale,)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for level in range(BATCH_SIZE + 4):
        side = 9 if level == BATCH_SIZE + 1 else 6
        path = tmp_path / f"{level}.png"
        Image.fromarray(np.full((side, 7, 3), level, np.uint8)).save(path)
        paths.append(path)
    return paths


def test_files_are_read_in_batches_and_keep_their_order(files):
    inception = InceptionFeatures(Means())
    assert inception.of_files(files)[:, 0].tolist() == list(range(len(files)))
    assert [(shape[0], shape[2]) for shape in inception.network.batches] == [(BATCH_SIZE, 6), (1, 6), (1, 9), (2, 6)]


def test_originals_are_looked_at_once_unless_they_change(files):
    inception = InceptionFeatures(Means())
    first = inception.of_originals(files[:3])
    assert inception.of_originals(files[:3]) is first
    assert len(inception.network.batches) == 1
    Image.fromarray(np.full((6, 7, 3), 200, np.uint8)).save(files[0])
    files[0].touch()
    assert inception.of_originals(files[:3])[0, 0] == 200
