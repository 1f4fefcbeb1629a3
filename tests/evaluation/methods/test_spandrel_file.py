import sys
from pathlib import Path

import numpy as np
import pytest
import spandrel
import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact
from spandrel.architectures.LaMa import LaMa

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.fillers import read_network
from inpaint_zoo.evaluation.methods import Sample, SpandrelFile
from inpaint_zoo.images.arrays import DivergedError

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def lama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LaMa at its full size with random weights, as a state dict."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("lama") / "lama.pth"
    torch.save(LaMa(in_nc=4, out_nc=3).state_dict(), path)
    return path


def sample() -> Sample:
    hole = np.zeros((37, 50), bool)
    hole[10:20, 20:40] = True
    return Sample("a.png", "a", np.random.RandomState(0).randint(0, 256, (37, 50, 3), dtype=np.uint8), hole)


def test_lama_fills_as_spandrel_runs_it(lama: Path) -> None:
    method, given = SpandrelFile(lama, CPU), sample()
    made = method(given)
    image = torch.from_numpy(np.where(given.hole[..., None], 0, given.image)).permute(2, 0, 1)[None].float() / 255
    model = spandrel.ModelLoader("cpu").load_from_file(lama).eval()
    with torch.inference_mode():
        expected = model(image, torch.from_numpy(given.hole)[None, None].float())[0].permute(1, 2, 0).numpy()
    assert np.allclose(made[given.hole], expected[given.hole], atol=1e-6)
    assert np.array_equal(made[~given.hole], given.image[~given.hole] / np.float32(255))
    changed = given._replace(image=np.where(given.hole[..., None], np.uint8(255), given.image))
    assert np.array_equal(method(changed), made)
    assert method.identity()["architecture"] == "LaMa"
    assert isinstance(read_network(lama, None, None, CPU), SpandrelFile)
    torch.nn.init.constant_(next(method.model.model.parameters()), torch.nan)
    with pytest.raises(DivergedError, match=r"a.png"):
        method(given)


def test_what_fills_no_holes_is_said(tmp_path: Path) -> None:
    save_file(Compact(num_conv=1).state_dict(), tmp_path / "larger.safetensors")
    with pytest.raises(InputError, match=r"does not say which model it holds.* It is of Compact, which fills no holes"):
        read_network(tmp_path / "larger.safetensors", None, None, CPU)


def test_what_nobody_knows_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({"a.weight": torch.zeros(2)}, tmp_path / "other.pt")
    with pytest.raises(InputError, match=r"give model=NAME .* It is of no network that spandrel knows, either"):
        read_network(tmp_path / "other.pt", None, None, CPU)
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(InputError, match=r"Networks of others, such as LaMa: pip install 'inpaint-zoo\[spandrel\]'"):
        read_network(tmp_path / "other.pt", None, None, CPU)
