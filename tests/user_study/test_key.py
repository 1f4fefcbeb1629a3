import json
import math

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.user_study.key import read_key, write_key


def test_a_key_is_read_as_it_was_written(key, tmp_path):
    image = key.images[0]
    odd = image.model_copy(
        update={"name": "Ünï\udcff.png", "metrics": {"alpha_net": {"psnr": math.inf, "lpips": None}}}
    )
    key = key.model_copy(update={"images": [odd, *key.images[1:]]})
    write_key(key, tmp_path / "key.json")
    assert read_key(tmp_path / "key.json") == key


def damaged(**changes):
    return lambda content: content.update(changes)


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("kind is 'results'", damaged(kind="results")),
        ("two questions with one id", lambda content: content["questions"].append(content["questions"][0])),
        ("has image 99, which is not there", lambda content: content["questions"][0].update(image=99)),
        ("has image -1, which is not there", lambda content: content["checks"][0].update(image=-1)),
        ("has pictures of no method", lambda content: content["questions"][0].update(pictures={"0" * 16: "other"})),
        ("lacks an original", lambda content: content["checks"][0].update(pictures={"0" * 16: "damaged"})),
        ("has no methods", lambda content: content.pop("methods")),
    ],
)
def test_a_damaged_key_is_refused(message, change, key, tmp_path):
    path = tmp_path / "key.json"
    write_key(key, path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message) as caught:
        read_key(path)
    assert str(caught.value).startswith(f"key: {path} is not a key.json of `study`")
