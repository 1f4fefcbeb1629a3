from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.downloads import downloaded_weights
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.metrics.inception import load_inception
from inpaint_zoo.metrics.lpips import load_lpips

FILES: dict[str, Callable[[], object]] = {
    "vgg19-dcbb9e9d.pth": lambda: VGGFeatures("vgg19", ["relu1_1"], "imagenet").load(),
    "vgg16-397923af.pth": lambda: VGGFeatures("vgg16", ["pool1"], "imagenet").load(),
    "alexnet-owt-7be5be79.pth": lambda: load_lpips("alex"),
    "weights-inception-2015-12-05-6726825d.pth": lambda: load_inception("imagenet"),
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0, 0.5])
def test_half_a_download_is_named(cache: Path, name: str, share: float) -> None:
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, cache / name)
    raw = (cache / name).read_bytes()
    (cache / name).write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(DamagedFileError, match=rf"{name} is damaged, as after an interrupted download: delete it"):
        FILES[name]()
    assert (cache / name).exists()


def test_a_whole_file_is_read(cache: Path) -> None:
    torch.save({"a": torch.ones(2)}, cache / "a.pth")
    assert torch.equal(downloaded_weights("https://example.org/a.pth?x=1", check_hash=False)["a"], torch.ones(2))


def test_a_folder_that_cannot_be_written_is_no_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match="TORCH_HOME"):
        FILES["vgg19-dcbb9e9d.pth"]()
