import json
import re

import pytest
from tests.user_study.conftest import METHODS

from inpaint_zoo.user_study.html import Texts, write_page
from inpaint_zoo.user_study.pictures import write_pictures

TEXTS = Texts("Best </title>?", "Which one & <why>?", "I <b>agree</b>", "Send it to a@b.c")


@pytest.fixture
def source(key, comparison, tmp_path):
    shown = write_pictures(key, comparison.kept, "input", tmp_path / "pictures")
    write_page(key, shown, "input", TEXTS, tmp_path)
    return (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_page_tells_nothing_of_methods_and_images(source, key, tmp_path):
    told = source + " ".join(path.name for path in tmp_path.rglob("*"))
    secret = [*METHODS, *(image.name for image in key.images), "photograph_", "original", "damaged", "psnr"]
    assert not [word for word in secret if word in told]


def test_the_page_names_no_other_place(source):
    assert re.findall(r"https?://\S+", source) == ['http://www.w3.org/2000/svg",']  # a name, not an address
    assert not re.findall(r"<(?:link|script|img)[^>]+(?:href|src)=\"(?!data:)", source)


def test_texts_are_escaped(source):
    assert "<b>agree" not in source
    assert "Best &lt;/title&gt;?" in source
    assert "Which one &amp; &lt;why&gt;?" in source


def test_data_names_every_question_once(source, key):
    data = json.loads(re.search(r'id="data">(.*?)</script>', source, re.DOTALL)[1])
    checks, questions = data["sets"]
    assert (checks["take"], questions["take"]) == (2, 8)
    assert [own["id"] for own in questions["questions"]] == [own.id for own in key.questions]
    assert [own["pictures"] for own in checks["questions"]] == [list(own.pictures) for own in key.checks]
    assert {own["photograph"] for own in data["images"]} == set(range(10))


def test_without_consent_nothing_is_asked(key, comparison, tmp_path):
    shown = write_pictures(key, comparison.kept, "nothing", tmp_path / "pictures")
    write_page(key, shown, "nothing", Texts("a", "b", None, "c"), tmp_path)
    assert 'type="checkbox"' not in (tmp_path / "index.html").read_text(encoding="utf-8")
