from __future__ import annotations

import copy
import urllib.error

import pytest
import torch
import torchvision
from torch import nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.losses import perceptual
from inpaint_zoo.losses.perceptual import (
    VGGFeatures,
    gram_matrix,
    perceptual_distance,
    style_distance,
)


@pytest.fixture(scope="module")
def vgg16_file(tmp_path_factory, released_state_dict):
    file = tmp_path_factory.mktemp("weights") / "vgg 16.pt"
    torch.save(released_state_dict("vgg16"), file)
    return file


@torch.no_grad()
def test_activations_are_torchvisions(vgg16_file, released_state_dict):
    layers = {"relu1_1": 1, "pool1": 4, "relu2_2": 8, "pool3": 16}
    features = VGGFeatures("vgg16", layers, str(vgg16_file))(image := torch.rand(1, 3, 32, 48), layers)
    oracle = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["D"]).eval()
    oracle.load_state_dict({k.removeprefix("features."): v for k, v in released_state_dict("vgg16").items()})
    for name, index in layers.items():
        torch.testing.assert_close(features[name], oracle[: index + 1](image), rtol=1e-4, atol=1e-5)


def test_relu5_2_of_vgg19_is_torchvisions_features_31():
    assert VGGFeatures("vgg19", ["relu5_2"], "random").names.index("relu5_2") == 31


@pytest.fixture(scope="module")
def host() -> nn.Module:
    module = nn.Module()
    module.add_module("own", nn.Linear(2, 2))
    module.add_module("vgg", VGGFeatures("vgg16", ["relu1_2"], "random"))
    return module


def test_a_host_module_does_not_see_the_loss_network(host):
    assert set(host.state_dict()) == {"own.weight", "own.bias"}
    assert len(list(host.parameters())) == 2
    assert host.load_state_dict(host.state_dict(), strict=True).missing_keys == []


def test_it_moves_with_its_host_and_stays_in_evaluation(host):
    moved = copy.deepcopy(host).double().train()
    assert moved.vgg(torch.rand(1, 3, 8, 8, dtype=torch.float64), ["relu1_2"])["relu1_2"].dtype == torch.float64
    assert not any(layer.training for layer in moved.vgg.__dict__["network"])


def test_gradients_reach_the_image_and_not_the_weights(host):
    image = torch.rand(1, 3, 8, 8, requires_grad=True)
    host.vgg(image, ["relu1_2"])["relu1_2"].sum().backward()
    assert image.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in host.vgg.__dict__["network"].parameters())


def test_random_weights_are_reproducible_leave_the_random_stream_alone_and_are_a_warning(caplog):
    torch.manual_seed(5)
    first, drawn = VGGFeatures("vgg16", ["relu1_1"], "random"), torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(1))
    second = VGGFeatures("vgg16", ["relu1_1"], "random")
    image = torch.rand(1, 3, 8, 8)
    assert torch.equal(first(image, ["relu1_1"])["relu1_1"], second(image, ["relu1_1"])["relu1_1"])
    assert "random weights" in caplog.text


def test_missing_imagenet_weights_are_explained(monkeypatch):
    def unreachable(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", unreachable)
    with pytest.raises(InputError, match="could not be downloaded"):
        VGGFeatures("vgg16", ["pool1"], "imagenet").load()


@pytest.mark.parametrize("content", [None, b"no weights", {"features.0.weight": torch.zeros(1)}])
def test_unusable_weight_files_are_named(tmp_path, content):
    file = tmp_path / "vgg.pt"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        torch.save(content, file)
    with pytest.raises(InputError, match=r"vgg\.pt"):
        VGGFeatures("vgg16", ["pool1"], str(file)).load()


def slow_gram(features):
    batch, channels, height, width = features.shape
    gram = torch.zeros(batch, channels, channels)
    for b in range(batch):
        for i in range(channels):
            for j in range(channels):
                gram[b, i, j] = (features[b, i] * features[b, j]).sum() / (channels * height * width)
    return gram


def test_gram_matrix():
    features = torch.randn(2, 3, 4, 5)
    torch.testing.assert_close(gram_matrix(features), slow_gram(features))


def test_gram_matrix_stays_in_float32_under_autocast():
    features = torch.full((1, 2, 64, 64), 100.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(gram_matrix(features.bfloat16()), torch.full((1, 2, 2), 5000.0))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_perceptual_distance_is_averaged_in_float32(dtype):
    output = {"a": torch.tensor([4096.0, 1.0], dtype=dtype)}
    target = {"a": torch.zeros(2, dtype=dtype)}
    with torch.autocast("cpu", dtype=torch.bfloat16):
        distance = perceptual_distance(output, target)
    assert distance.dtype == torch.float32
    assert distance.item() == 2048.5


def test_distances_are_sums_over_layers_of_means():
    output = {"a": torch.randn(2, 3, 4, 4), "b": torch.randn(2, 5, 2, 2)}
    target = {name: torch.randn_like(value) for name, value in output.items()}
    perceptual_expected = sum((output[name] - target[name]).abs().mean() for name in output)
    style_expected = sum((slow_gram(output[name]) - slow_gram(target[name])).abs().mean() for name in output)
    torch.testing.assert_close(perceptual_distance(output, target), perceptual_expected)
    torch.testing.assert_close(style_distance(output, target), style_expected)


def test_architectures_and_layer_names_agree():
    for architecture in perceptual._ARCHITECTURES:
        assert VGGFeatures(architecture, ["pool1"], "random").names == [
            "conv1_1",
            "relu1_1",
            "conv1_2",
            "relu1_2",
            "pool1",
        ]
