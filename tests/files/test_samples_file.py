import json
from pathlib import Path

import pytest

from inpaint_zoo.files.samples_file import write_samples


def test_a_line_an_entry_and_a_line_a_sample(tmp_path: Path) -> None:
    path = tmp_path / "new" / "set.json"
    samples = [{"name": "猫\n.png", "ratio": 0.1}, {"name": "b", "ratio": None}]
    write_samples(path, "set", {"seed": 3}, samples, "records")
    content = json.loads(path.read_bytes())
    assert list(content) == ["inpaint_zoo", "kind", "seed", "records"]
    assert (content["kind"], content["seed"], content["records"]) == ("set", 3, samples)
    assert len(path.read_text().splitlines()) == 1 + 3 + 1 + 2 + 1 + 1


def test_what_json_has_no_number_for_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_samples(tmp_path / "set.json", "set", {}, [{"ratio": float("nan")}])
    assert list(tmp_path.iterdir()) == []
