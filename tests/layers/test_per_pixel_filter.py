from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.layers.per_pixel_filter import SharedKernelFilter, filter_per_pixel


def slow_filter(image: torch.Tensor, kernel_of) -> torch.Tensor:
    """out[n, y, x] = Σ_k K[n, k, y, x] · in[n, y + k÷3 - 1, x + k mod 3 - 1], one number at a time."""
    batch, channels, height, width = image.shape
    output = torch.zeros_like(image)
    for b in range(batch):
        for n in range(channels):
            for y in range(height):
                for x in range(width):
                    for k in range(9):
                        row, column = y + k // 3 - 1, x + k % 3 - 1
                        if 0 <= row < height and 0 <= column < width:
                            output[b, n, y, x] += kernel_of(b, n, k)[y, x] * image[b, n, row, column]
    return output


def test_one_kernel_per_position_and_channel():
    image, kernels = torch.randn(2, 3, 4, 7), torch.randn(2, 27, 4, 7)
    expected = slow_filter(image, lambda b, n, k: kernels[b, 9 * n + k])
    torch.testing.assert_close(filter_per_pixel(image, kernels), expected)


def test_nine_kernel_values_shared_by_four_channels():
    features, kernels = torch.randn(2, 8, 5, 4), torch.randn(2, 18, 5, 4)
    expected = slow_filter(features, lambda b, n, k: kernels[b, (9 * n + k) // 4])
    torch.testing.assert_close(SharedKernelFilter(channels=8)(features, kernels), expected)


def test_shared_kernels_have_the_gradient_of_the_slow_form():
    features = torch.randn(1, 4, 3, 3, dtype=torch.float64, requires_grad=True)
    kernels = torch.randn(1, 9, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(SharedKernelFilter(channels=4).double(), (features, kernels))


def test_filter_has_no_entries_in_a_state_dict():
    assert not SharedKernelFilter(channels=8).state_dict()


@pytest.mark.parametrize("side", [5, 7])
def test_larger_kernels(side):
    taps, centre = side**2, side // 2
    features, kernels = torch.randn(1, 8, 9, 8), torch.randn(1, 2 * taps, 9, 8)
    padded = F.pad(features, (centre,) * 4)
    expected = torch.zeros_like(features)
    for channel in range(8):
        for tap in range(taps):
            row, column = divmod(tap, side)
            neighbour = padded[0, channel, row : row + 9, column : column + 8]
            expected[0, channel] += kernels[0, (taps * channel + tap) // 4] * neighbour
    torch.testing.assert_close(SharedKernelFilter(channels=8, kernel_size=side)(features, kernels), expected)
    own = kernels[:, torch.div(torch.arange(8 * taps), 4, rounding_mode="floor")]
    torch.testing.assert_close(filter_per_pixel(features, own), expected)
