import base64
import dataclasses
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.html import MAX_CASES, write_html
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.metrics import METRICS, Record

SVG_NAMESPACE = "http://www.w3.org/2000/svg"  # a name, not an address
VOID = {"meta", "img", "input", "link", "br"}


class Page(HTMLParser):
    """Elements with their attributes, text by element, and a check that every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag and text]


@pytest.fixture(scope="module")
def text(report, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_html(report, path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text) -> Page:
    return Page(text)


def test_nothing_is_asked_from_outside(page, text):
    addresses = [
        value for _, attributes in page.elements for key, value in attributes.items() if key in {"src", "href"}
    ]
    assert addresses
    assert all(address.startswith(("data:image/webp;base64,", "#")) for address in addresses)
    assert "http:" not in text.replace(SVG_NAMESPACE, "")
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert not page.attributes("link")
    policy = next(meta for meta in page.attributes("meta") if "http-equiv" in meta)
    assert policy["content"].startswith("default-src 'none'; img-src data:;")


def test_names_are_text_never_markup(page, text, report):
    assert [script.get("type") for script in page.attributes("script")] == ["application/json", None]
    assert "<script>alert" not in text
    assert {article["data-name"] for article in page.attributes("article")} == {case.name for case in report.cases}
    assert page.text_of("title") == page.text_of("h1") == [report.title]
    assert report.config.strip() in page.text_of("pre")
    assert report.notes[0] in page.text_of("li")
    assert "2.x<y" in page.text_of("dd")


def test_every_image_of_every_method_is_there(page, report):
    alternatives = [image["alt"] for image in page.attributes("img") if image["alt"]]
    expected = [f"{title}: {case.name}" for case in report.cases for title in ("Input", *case.composites, "Original")]
    errors = [f"Error of {method}: {case.name}" for case in report.cases for method in case.composites]
    assert sorted(alternatives) == sorted(expected + errors)
    assert all(image["loading"] == "lazy" for image in page.attributes("img"))


def test_images_are_what_was_given(page, report):
    case = report.cases[0]
    address = next(image["src"] for image in page.attributes("img") if image["alt"] == f"Original: {case.name}")
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as image:
        shown = np.asarray(image.convert("RGB"))
    assert shown.shape == case.target.shape
    assert abs(shown.astype(int) - case.target).mean() < 6


def test_tables_hold_every_method_and_no_nan(page, report):
    assert {record.method for record in report.records} <= set(page.text_of("bdi"))
    shown = page.text_of("span")
    assert "–" in shown
    assert not any("nan" in cell.lower() or "none" in cell.lower() for cell in shown)
    # all images, three bins of the papers, three of 10 %, then one an image
    assert len(page.attributes("table")) == 1 + 3 + 3 + 3


def test_sort_values_are_numbers_or_empty(page):
    values = [cell["data-value"] for cell in page.attributes("td")]
    assert all(value == "" or np.isfinite(float(value)) for value in values)


def test_slider_starts_at_input_and_best_method(page, report):
    scores = [r.metrics["hole_psnr"] for r in report.records if r.name == "cat.png"]
    chosen = [option["value"] for option in page.attributes("option") if "selected" in option]
    assert chosen[2:4] == ["0", str(1 + int(np.argmax(scores)))]


def make_report(num_cases: int, side: int, folder: Path) -> Report:
    image = folder / "image.png"
    Image.fromarray(np.zeros((side, side // 2, 3), np.uint8)).save(image)
    mask = np.ones((side, side // 2), np.uint8)
    records = [Record("m", str(n), str(n), 1.0, dict.fromkeys(METRICS, 0.5)) for n in range(num_cases)]
    return Report("many", records, [Case(str(n), image, mask, {"m": image}) for n in range(num_cases)])


def test_large_images_are_reduced_and_the_page_says_so(tmp_path: Path):
    write_html(make_report(1, 900, tmp_path), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    sizes = {(image["width"], image["height"]) for image in page.attributes("img") if image["alt"]}
    assert sizes == {("256", "512")}
    assert any("at most 512 pixels" in note for note in page.text_of("li"))


def test_too_many_images_are_left_out_and_the_page_says_so(tmp_path: Path):
    write_html(make_report(MAX_CASES + 5, 8, tmp_path), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert len(page.attributes("article")) == MAX_CASES
    assert any("100 of 105 images are shown" in note for note in page.text_of("li"))


def test_name_that_is_no_utf8(report, tmp_path: Path):
    case, record = report.cases[0], report.records[0]
    name = b"caf\xe9.png".decode("utf-8", "surrogateescape")
    odd = dataclasses.replace(
        report,
        cases=[Case(name, case.target, case.mask, {record.method: case.target})],
        records=[dataclasses.replace(record, name=name)],
        estimates={},
    )
    write_html(odd, tmp_path / "report.html")
    assert "caf\\udce9.png" in Page((tmp_path / "report.html").read_text(encoding="utf-8")).text_of("bdi")


def test_lost_image_leaves_no_half_page(report, tmp_path: Path):
    lost = Case("cat.png", report.cases[0].target, report.cases[0].mask, {"mean": tmp_path / "lost.png"})
    with pytest.raises(InputError, match=r"lost\.png"):
        write_html(dataclasses.replace(report, cases=[lost]), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_without_images_or_records(tmp_path: Path):
    write_html(Report("empty", [], []), tmp_path / "report.html")
    assert Page((tmp_path / "report.html").read_text(encoding="utf-8")).attributes("table") == []


@pytest.fixture(scope="module")
def full(full_page) -> Page:
    return Page(full_page.read_text(encoding="utf-8"))


def test_protocol_and_hashes_are_told(full, full_report):
    assert {"PSNR", "Holes"} <= set(full.text_of("th"))
    assert "8 bits <b>" in full.text_of("td")
    assert set(full_report.hashes.values()) == set(full.text_of("code"))
    assert "This protocol leaks ground truth." in full.text_of("b")


def test_numbers_of_the_scripts_are_those_of_the_records(full, full_report):
    data = json.loads(max(full.text_of("script"), key=lambda text: text.startswith("{")))
    assert [method["name"] for method in data["methods"]] == ["mean", "opencv_telea", "opencv_navier_stokes"]
    assert {image["name"] for image in data["images"]} == {case.name for case in full_report.cases}


@pytest.mark.slow
def test_a_hundred_images_of_six_methods_stay_under_60_megabytes(tmp_path: Path):
    rng = np.random.default_rng(0)
    photographs = [getattr(skimage.data, name)() for name in ("astronaut", "coffee", "chelsea", "rocket")]
    records, cases = [], []
    for number in range(100):
        photograph = photographs[number % 4]
        top, left = (rng.integers(side - 255) for side in photograph.shape[:2])
        target = np.ascontiguousarray(photograph[top : top + 256, left : left + 256])
        hole = np.zeros((256, 256), bool)
        hole[:, : 2 * number] = True
        # noise is what an image format can save least on
        made = {
            f"method {m}": np.where(
                hole[..., None], target ^ rng.integers(32, size=target.shape, dtype=np.uint8), target
            )
            for m in range(6)
        }
        cases.append(Case(str(number), target, hole.astype(np.uint8), made))
        records += [Record(m, str(number), str(number), hole.mean(), dict.fromkeys(METRICS, 0.5)) for m in made]
    write_html(Report("large", records, cases), tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < 60e6
