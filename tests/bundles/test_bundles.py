from pathlib import Path

import pytest

from inpaint_zoo import bundles
from inpaint_zoo.bundles import list_bundles, packaged_weights
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.weights import read_weights
from inpaint_zoo.zoo import load_packaged


@pytest.mark.parametrize("name", list_bundles())
def test_every_bundle_is_small_and_of_the_model_that_it_is_named_after(name: str) -> None:
    path = packaged_weights(name)
    assert path is not None
    assert path.stat().st_size <= 5_000_000
    assert read_weights(path, None).model == name
    assert not load_packaged(name).training
    assert "## Bad at" in path.with_suffix(".md").read_text()  # its card


def test_a_model_without_a_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundles, "_FOLDER", tmp_path)
    assert packaged_weights("misf") is None
    with pytest.raises(InputError, match="no weights of misf come with the package: give a checkpoint"):
        load_packaged("misf")
    (tmp_path / "madf.safetensors").touch()
    with pytest.raises(InputError, match=r"\(there are those of madf\)"):
        load_packaged("misf")
