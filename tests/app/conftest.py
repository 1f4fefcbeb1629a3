import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image
from starlette.testclient import TestClient

from inpaint_zoo.app.methods import Offered
from inpaint_zoo.app.server import make_app
from inpaint_zoo.evaluation.methods import ClassicalFill, NetworkMethod
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.zoo import create_model


@pytest.fixture(scope="session")
def offered() -> dict[str, Offered]:
    """Two tiny networks and two fills."""
    torch.manual_seed(0)
    networks = {
        "misf": create_model("misf", base_channels=4, num_residual_blocks=1),
        "ctsdg": create_model("ctsdg", base_channels=4, num_levels=4),
    }
    cpu, fills = torch.device("cpu"), {"opencv_telea": "Telea", "mean": "Mean color"}
    return {
        **{name: Offered(NetworkMethod(network, cpu), name.upper()) for name, network in networks.items()},
        **{name: Offered(ClassicalFill(FILLS[name], name), title) for name, title in fills.items()},
    }


def encoded(pixels: np.ndarray, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of an image file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def decoded(data: bytes) -> np.ndarray:
    """The pixels of an image file."""
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture(scope="session")
def photograph() -> np.ndarray:
    """(80, 100, 3) uint8."""
    return np.ascontiguousarray(skimage.data.chelsea()[60:140, 100:200])


@pytest.fixture(scope="session")
def mask() -> np.ndarray:
    """(80, 100) uint8, 255 = hole, a tenth of it."""
    hole = np.zeros((80, 100), np.uint8)
    hole[20:40, 30:70] = 255
    return hole


@pytest.fixture
def client(offered: Mapping[str, Offered]) -> Iterator[TestClient]:
    """Asks a server for images of at most 12 000 pixels and 200 000 bytes."""
    app = make_app(offered, 12_000, 200_000, ["testserver"])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def send(client: TestClient, photograph: np.ndarray, mask: np.ndarray) -> Callable[..., Any]:
    """Send the photograph and the mask to be filled; fields can be changed, and left out with None."""

    def send(path: str = "/fill", headers: dict[str, str] | None = None, **fields: Any) -> Any:
        image, hole = ("cat.png", encoded(photograph)), ("hole.png", encoded(mask))
        given = {"image": image, "mask": hole, "model": "opencv_telea", **fields}
        files = {name: value for name, value in given.items() if isinstance(value, tuple)}
        texts = {name: value for name, value in given.items() if isinstance(value, str | list)}
        return client.post(path, files=files, data=texts, headers=headers)

    return send
