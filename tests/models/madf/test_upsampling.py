from __future__ import annotations

import pytest
import torch
from torch import nn

from inpaint_zoo.models.madf.upsampling import Upsampling


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("size", [(2, 3, 1, 1), (1, 3, 2, 5), (3, 3, 4, 3), (1, 3, 9, 8)])
def test_equals_the_transposed_convolution_with_its_gradients(size, layout):
    layer = Upsampling(3, 4).double().to(memory_format=layout)
    oracle = nn.ConvTranspose2d(3, 4, 4, stride=2, padding=1).double()
    oracle.load_state_dict(layer.state_dict())
    x = torch.randn(size, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    for form in (layer, layer.as_matrix_product):
        output, expected = form(x), oracle(x)
        torch.testing.assert_close(output, expected)
        direction = torch.randn_like(expected)
        ours = torch.autograd.grad(output, (x, layer.weight, layer.bias), direction)
        torch.testing.assert_close(
            ours, torch.autograd.grad(expected, (x, oracle.weight, oracle.bias), direction), check_stride=False
        )


def test_a_traced_graph_does_not_depend_on_the_size():
    exported = torch.export.export(
        Upsampling(3, 4).eval(),
        (torch.rand(2, 3, 4, 4),),
        dynamic_shapes={"input": {0: torch.export.Dim("batch", min=1, max=64)}},
    )
    layer = exported.module()
    assert layer(torch.rand(9, 3, 4, 4)).shape == (9, 4, 8, 8)
