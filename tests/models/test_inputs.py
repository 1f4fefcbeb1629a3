"""What a network refuses; `ModelConformance` has what every network does with it."""

import pytest
import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.zoo import create_model


class Network(InpaintingNetwork):
    stride = minimum_size = 1

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(4, 3, 1)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        seen, hole = self.check(image, mask)
        output = self.layer(torch.cat([torch.where(hole.bool(), 0, seen), hole], 1))
        return Prediction(output, composite(output, image, mask), {})


def pair() -> tuple[Tensor, Tensor]:
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:5, 3:6] = 1
    return torch.linspace(0, 1, 192).view(1, 3, 8, 8), mask


@pytest.mark.parametrize(
    ("image", "mask", "reason"),
    [
        (torch.zeros(0, 3, 8, 8), torch.zeros(0, 1, 8, 8), "hold no image"),
        (torch.tensor(0.5), torch.tensor(1.0), r"image must be \(B, 3, H, W\) and mask \(B, 1, H, W\); got \(\) and "),
        (pair()[0].numpy(), pair()[1], r"image is of ndarray: give a tensor, such as torch\.from_numpy"),
        (pair()[0], None, "mask is of NoneType: give a tensor"),
        (pair()[0].to_sparse(), pair()[1], r"image is sparse: give a dense tensor, such as image\.to_dense\(\) makes"),
        (pair()[0], pair()[1].to_sparse(), r"mask is sparse: .* mask\.to_dense\(\)"),
        (pair()[0].to(torch.float8_e4m3fn), pair()[1], r"image is of torch\.float8_e4m3fn, .*: give image\.float\(\)"),
        (pair()[0].to(torch.complex64), pair()[1], r"image is of torch\.complex64: give floats"),
        (pair()[0] * 255, pair()[1], r"image holds values from 0 to 255 in known pixels: .* image / 255"),
        (pair()[0], pair()[1] * 255, r"mask holds 255: it must be exactly 0 \(known\) or 1 \(hole\)"),
        (pair()[0], pair()[1] / 2, r"mask holds 0\.5: "),
        (pair()[0] + torch.inf, pair()[1], "image holds values from 0 to inf in known pixels"),
        (pair()[0] * torch.nan, pair()[1], "image is NaN in known pixels"),
    ],
)
def test_what_is_refused_in_one_sentence(image: Tensor, mask: Tensor, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        Network()(image, mask)
    assert "\n" not in str(caught.value)


def test_an_image_may_leave_the_range_by_rounding() -> None:
    image, mask = pair()
    beyond = image * (1 + 2**-22) - 2**-22
    assert beyond.min() < 0
    Network()(beyond, mask)
    with pytest.raises(InputError, match=r"from -0\.001\d* to"):
        Network()(beyond - 1e-3, mask)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_the_network_computes_in_its_own_type_and_known_pixels_keep_theirs(dtype: torch.dtype) -> None:
    image, mask = pair()
    prediction = Network()(image.to(dtype), mask.bool())
    assert prediction.image.dtype == torch.float32
    assert prediction.composite.dtype == dtype
    assert torch.equal(prediction.composite[~mask.bool().expand_as(image)], image.to(dtype)[mask.expand_as(image) == 0])


def test_a_network_of_another_type_takes_float32() -> None:
    assert Network().double()(*pair()).image.dtype == torch.float64


def test_on_other_devices_the_first_call_alone_waits_for_values(monkeypatch: pytest.MonkeyPatch) -> None:
    network, (image, mask) = Network(), pair()
    monkeypatch.setattr(Tensor, "device", torch.device("meta"))  # as seen from the network
    with pytest.raises(InputError, match="mask holds"):
        network.check(image, mask * 255)
    network.check(image, mask)
    monkeypatch.setattr(torch, "aminmax", None)
    network.check(image, mask)


def test_tensors_without_values_pass() -> None:
    assert Network().to("meta")(*(part.to("meta") for part in pair())).image.is_meta


def test_a_traced_network_holds_no_checks_of_values() -> None:
    image, mask = pair()
    compiled = torch.compile(Network(), backend="eager", fullgraph=True)
    assert compiled(image, mask).image.isfinite().all()
    network = create_model("misf", base_channels=4, num_residual_blocks=1)
    image = torch.rand(1, 3, 32, 32)
    mask = (image[:, :1] > 0.5).float()
    exported = torch.export.export(network, (image, mask)).module()
    with torch.no_grad():
        torch.testing.assert_close(exported(image, mask).composite, network(image, mask).composite)


@pytest.mark.parametrize("plane", ["edge", "gray"])
def test_edges_and_gray_of_ctsdg_are_used_where_the_image_is_known_only(plane: str) -> None:
    network = create_model("ctsdg", base_channels=8, num_levels=2)
    image, mask = torch.rand(1, 3, 16, 16), torch.zeros(1, 1, 16, 16)
    mask[..., 4:9, 6:12] = 1
    given = torch.rand(1, 1, 16, 16).round()
    with torch.no_grad():
        whole = network(image, mask, **{plane: given})
        hidden = network(image, mask, **{plane: torch.where(mask.bool(), torch.nan, given)})
    assert torch.equal(whole.image, hidden.image)
    with pytest.raises(InputError, match=rf"{plane} must be \(B, 1, H, W\), as the mask is; got \(1, 3, 16, 16\)"):
        network(image, mask, **{plane: image})


def test_nan_in_the_hole_is_refused_where_edges_are_those_of_the_complete_image() -> None:
    network = create_model("ctsdg", base_channels=8, num_levels=2, edge_source="complete")
    image, mask = torch.rand(1, 3, 16, 16), torch.zeros(1, 1, 16, 16)
    mask[..., 4:9, 6:12] = 1
    with pytest.raises(InputError, match="NaN"):
        network(torch.where(mask.bool(), torch.nan, image), mask)


@pytest.mark.filterwarnings("ignore")  # torch says that it is going to change or drop them
def test_quantized_and_nested_tensors_are_refused() -> None:
    image, mask = pair()
    with pytest.raises(InputError, match=r"^image is quantized: .* image\.dequantize\(\) makes"):
        Network()(torch.quantize_per_tensor(image, 1 / 255, 0, torch.quint8), mask)
    with pytest.raises(InputError, match=r"^image is nested: .*to_padded_tensor"):
        Network()(torch.nested.as_nested_tensor([image[0]]), mask)
