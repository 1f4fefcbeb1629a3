from pathlib import Path

import pytest
import torch

from inpaint_zoo.benchmark.flops import count_gflop
from inpaint_zoo.bundles import list_bundles, packaged_card
from inpaint_zoo.bundles.card import Card, read_card, text_below
from inpaint_zoo.errors import DamagedFileError
from inpaint_zoo.zoo import load_packaged


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    numbers = {"misf": {"hole_psnr": {"0-20": 21.5, "all": 18.0}, "lpips": {"all": 0.25}}, "telea, 'x'": {}}
    card = Card("misf", "cc-by-4.0", 123, 4.5, numbers, "3 photographs: é")
    path = tmp_path / "README.md"
    path.write_text(card.front_matter() + "\n# A title\n\n---\n\nText.\n", encoding="utf-8")
    assert read_card(path) == card
    assert text_below(path) == "# A title\n\n---\n\nText.\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A card\n",
        "---\n---\n",
        "---\nlicense: mit\n---\n",
        "---\n- 1\n---\n",
        "---\n{\n---\n",
        "---\n!!python/name:os.system x\n---\n",
    ],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(DamagedFileError, match="is no card of inpaint-zoo"):
        read_card(path)


@pytest.mark.parametrize("name", list_bundles())
def test_the_packaged_cards_tell_what_is_true(name: str) -> None:
    card, network = read_card(packaged_card(name)), load_packaged(name)
    assert (card.model, card.licence) == (name, "mit")
    assert card.parameters == sum(parameter.numel() for parameter in network.parameters())
    image, mask = torch.rand(1, 3, 256, 256), torch.zeros(1, 1, 256, 256)
    with torch.inference_mode():
        assert card.gflop == pytest.approx(count_gflop(lambda: network(image, mask)), abs=0.05)
    shown = text_below(packaged_card(name))
    for metric, digits in (("hole_psnr", 2), ("lpips", 3)):
        for bin_name in ("0-20", "20-40", "40-60"):
            assert f"{card.numbers[name][metric][bin_name]:.{digits}f}" in shown
