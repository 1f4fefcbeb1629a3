import pytest
import torch
from torch import Tensor, nn

from inpaint_zoo.layers.instance_norm import InstanceNorm2d

ORDERS = (torch.contiguous_format, torch.channels_last)


def by_hand(image: Tensor) -> Tensor:
    variance, mean = torch.var_mean(image, (2, 3), keepdim=True, correction=0)
    return (image - mean) / (variance + 1e-5).sqrt()


def output_and_gradient(function: nn.Module, image: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
    wanted = image.detach().requires_grad_()
    output = function(wanted)
    output.backward(gradient)
    assert wanted.grad is not None
    return output.detach(), wanted.grad


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("order_of_gradient", ORDERS)
def test_output_and_gradient_in_any_memory_order(
    count: int, order: torch.memory_format, order_of_gradient: torch.memory_format
) -> None:
    image, gradient = torch.rand(2, count, 5, 6, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    wanted = output_and_gradient(by_hand, image, gradient)  # type: ignore[arg-type]
    image, gradient = image.contiguous(memory_format=order), gradient.contiguous(memory_format=order_of_gradient)
    for own, other in zip(output_and_gradient(InstanceNorm2d(5), image, gradient), wanted, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-10, atol=1e-12)


def test_no_gradient_is_wanted() -> None:
    image = torch.rand(1, 5, 6, 7)
    assert torch.equal(InstanceNorm2d(5)(image), nn.InstanceNorm2d(5)(image))
