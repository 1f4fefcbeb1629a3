"""The page in Chromium, with a real server: what a person does."""

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import tifffile
import uvicorn
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from inpaint_zoo.app.methods import Offered
from inpaint_zoo.app.server import make_app

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 400, "height": 800}


@pytest.fixture(scope="module")
def address(offered: Mapping[str, Offered]) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    app = make_app(offered, 25_000_000, 40_000_000, ["127.0.0.1"])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of 300 x 200 pixels."""
    path = tmp_path_factory.mktemp("photo") / "Kaffee & Löffel.jpg"
    Image.fromarray(skimage.data.coffee()[100:300, 100:400]).save(path, quality=95)
    return path


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open the page; it may neither complain nor ask anybody else for anything."""
    contexts, troubles, asked = [], [], []

    def open_page(viewport: dict[str, int] = WIDE, photo: Path | None = None, **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        if photo is not None:
            page.locator("[name=image]").set_input_files(photo)
            page.locator(".sheet").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in troubles if "status of 4" not in text] == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def paint(page: Any, *points: tuple[float, float]) -> None:
    """Press at the first point, in shares of the image, and move over the others."""
    box = page.locator("canvas.hole").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def choose_tool(page: Any, name: str) -> None:
    page.locator(f"label:has([name=tool][value={name}])").click()


def choose(page: Any, *names: str) -> None:
    for box in page.locator("[name=model]").all():
        box.set_checked(box.get_attribute("value") in names)


def hole(page: Any) -> np.ndarray:
    """(H, W) bool, as it is sent."""
    data = page.evaluate(
        "async () => { const file = await maskFile(); return file && [...new Uint8Array(await file.arrayBuffer())]; }"
    )
    if data is None:
        return np.zeros(page.evaluate("() => [canvas.height, canvas.width]"), bool)
    return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("L")) >= 128


def fill(page: Any, count: int) -> None:
    page.locator(".how [type=submit]").click()
    page.locator(".cards a").nth(count - 1).wait_for()


def downloaded(page: Any, number: int) -> tuple[str, np.ndarray]:
    with page.expect_download() as download:
        page.locator(".cards a").nth(number).click()
    return download.value.suggested_filename, np.asarray(Image.open(download.value.path()))


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_open_paint_undo_run_two_slide_download(opened, offered, photo, viewport, tmp_path):
    page = opened(viewport, photo)
    assert page.locator("[type=submit]").is_disabled()
    choose_tool(page, "box")
    paint(page, (0.2, 0.2), (0.4, 0.5))
    once = hole(page)
    assert once.shape == (200, 300)
    assert once[41:99, 61:119].all()
    assert once.mean() == pytest.approx(0.06, abs=0.004)
    choose_tool(page, "brush")
    paint(page, (0.6, 0.5), (0.8, 0.6), (0.7, 0.8))
    both = hole(page)
    assert both[100, 180]
    assert both[120, 240]
    assert both.sum() > once.sum()
    page.locator("[name=undo]").click()
    assert np.array_equal(hole(page), once)
    page.locator("[name=redo]").click()
    assert np.array_equal(hole(page), both)
    page.keyboard.press("Control+z")
    choose(page, "misf", "opencv_telea")
    fill(page, 2)
    name, filled = downloaded(page, 0)
    assert name == "Kaffee & Löffel_misf.jpg"
    image = np.asarray(Image.open(photo)).astype(int)
    assert abs(filled.astype(int) - image)[~once].mean() < 3  # only JPEG's loss
    assert abs(filled.astype(int) - image)[once].mean() > 10
    assert f"hole {100 * once.mean():.2f} %" in page.locator(".cards li").nth(0).inner_text()
    slider = page.locator("[name=divider]")
    slider.focus()
    page.keyboard.press("End")
    assert page.locator(".stage").get_attribute("style").endswith("--at: 100%;")
    page.locator("[name=right]").select_option("Telea")
    page.locator("[name=left]").select_option("MISF")
    shown = [page.locator(f".layer.{side} img").get_attribute("src") for side in ("left", "right")]
    assert len({*shown}) == 2
    assert page.locator(".layer.left img").evaluate("image => image.naturalWidth") == 300
    width = page.locator("html").evaluate("html => html.scrollWidth")
    assert width <= viewport["width"]


def test_what_is_erased_and_cleared_is_no_hole(opened, photo):
    page = opened(WIDE, photo)
    choose_tool(page, "box")
    paint(page, (0.2, 0.2), (0.8, 0.8))
    before = hole(page)
    choose_tool(page, "eraser")
    paint(page, (0.5, 0.4), (0.5, 0.6))
    after = hole(page)
    assert before[100, 150]
    assert not after[100, 150]
    assert (before >= after).all()
    page.locator("[name=clear]").click()
    assert not hole(page).any()
    page.locator("[name=undo]").click()
    assert np.array_equal(hole(page), after)


@pytest.mark.parametrize("name", ["hole.png", "hole.tif"])
def test_a_mask_file_is_the_hole(opened, photo, tmp_path, name):
    page = opened(WIDE, photo)
    mask = np.zeros((200, 300), np.uint8)
    mask[50:90, 100:180] = 255
    image = Image.new("RGBA", (300, 200), (255, 255, 255, 0))  # what is transparent is no hole
    image.paste((255, 255, 255, 255), mask=Image.fromarray(mask))
    image.save(tmp_path / name)
    page.locator("[name=mask]").set_input_files(tmp_path / name)
    page.get_by_text(f"The hole is that of {name}.").wait_for()
    assert np.array_equal(hole(page), mask > 0)
    Image.fromarray(mask[:100]).save(tmp_path / "small.png")
    page.locator("[name=mask]").set_input_files(tmp_path / "small.png")
    page.get_by_text("small.png is 300 × 100, and the image is 300 × 200").wait_for()
    (tmp_path / "none.png").write_bytes(b"x")
    page.locator("[name=mask]").set_input_files(tmp_path / "none.png")
    page.get_by_text("'none.png' cannot be read as an image").wait_for()
    assert np.array_equal(hole(page), mask > 0)


def test_a_mask_is_read_as_predict_reads_it(opened, photo, tmp_path):
    """Browsers would make 100 of a gray of 160, and of one of 100 a 160: the file says a gamma."""
    page = opened(WIDE, photo)
    mask = np.full((200, 300), 100, np.uint8)
    mask[50:90, 100:180] = 160
    for gamma in (1.0, 0.2):
        chunks = PngInfo()
        chunks.add(b"gAMA", int(gamma * 100_000).to_bytes(4, "big"))
        Image.fromarray(mask).save(tmp_path / f"{gamma}.png", pnginfo=chunks)
        page.locator("[name=mask]").set_input_files(tmp_path / f"{gamma}.png")
        page.get_by_text(f"The hole is that of {gamma}.png.").wait_for()
        assert np.array_equal(hole(page), mask >= 128)


def test_stop_ends_a_fill_that_has_begun(opened, photo):
    page = opened(WIDE, photo)
    choose_tool(page, "box")
    paint(page, (0.4, 0.4), (0.6, 0.6))
    choose(page, "misf")
    page.locator("[name=adapt_seconds]").fill("100")
    page.locator(".how [type=submit]").click()
    page.get_by_text("waiting for its turn").wait_for()
    time.sleep(2)
    page.locator("[name=stop]").click()
    page.locator(".cards").get_by_text("stopped").wait_for()
    page.locator("[name=adapt_seconds]").fill("0")
    fill(page, 1)  # it would not be there within the 30 seconds of a page


def test_everything_can_be_done_with_keys(opened, photo):
    page = opened(WIDE, photo)
    page.locator(".view").focus()
    page.keyboard.press("x")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    box = hole(page)
    assert box[100, 150]
    assert 20 < box.sum() < 20_000
    page.keyboard.press("b")
    page.keyboard.press("]")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    assert hole(page).sum() > box.sum()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert not hole(page).any()
    page.keyboard.press("Control+Shift+z")
    assert np.array_equal(hole(page), box)
    choose(page, "mean")
    page.keyboard.press("Control+Enter")
    page.locator(".cards a").wait_for()


def test_zoom_moves_what_is_painted_with_the_image(opened, photo):
    page = opened(WIDE, photo)
    page.locator("[name=in]").click(click_count=3)
    choose_tool(page, "box")
    view = page.locator(".view").bounding_box()
    page.mouse.move(view["x"] + 100, view["y"] + 100)
    page.mouse.down()
    page.mouse.move(view["x"] + 200, view["y"] + 180)
    page.mouse.up()
    rows, columns = np.nonzero(hole(page))
    zoom = page.evaluate("() => picture.zoom")
    left = page.locator(".view").evaluate("view => view.scrollLeft")
    assert columns.min() == pytest.approx((left + 99) / zoom, abs=2)
    assert np.ptp(columns) == pytest.approx(100 / zoom, abs=2)
    assert np.ptp(rows) == pytest.approx(80 / zoom, abs=2)
    page.keyboard.press("0")
    assert page.locator(".view").evaluate("view => view.scrollWidth <= view.clientWidth")


def test_a_large_photograph(opened, tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(skimage.data.coffee()).resize((3000, 2000)).save(path, quality=90)
    page = opened(PHONE, path)
    page.get_by_text("large.jpg, 3000 × 2000 pixels").wait_for()
    choose_tool(page, "box")
    paint(page, (0.5, 0.5), (0.52, 0.53))
    choose(page, "misf", "opencv_telea")
    fill(page, 2)
    _, filled = downloaded(page, 1)
    assert filled.shape == (2000, 3000, 3)


def test_a_format_that_browsers_do_not_know(opened, tmp_path):
    path = tmp_path / "deep.tif"
    pixels = skimage.data.coffee()[:90, :120].astype(np.uint16) * 257
    tifffile.imwrite(path, pixels, photometric="rgb")
    page = opened(WIDE, path)
    page.get_by_text("deep.tif, 120 × 90 pixels").wait_for()
    choose_tool(page, "box")
    paint(page, (0.3, 0.3), (0.5, 0.6))
    choose(page, "mean")
    fill(page, 1)
    name, filled = downloaded(page, 0)
    assert name == "deep_mean.png"
    assert filled.shape == (90, 120, 3)


def test_what_cannot_be_opened_is_said(opened, tmp_path, photo):
    page = opened(WIDE)
    (tmp_path / "text.png").write_text("no image")
    page.locator("[name=image]").set_input_files(tmp_path / "text.png")
    page.get_by_text("'text.png' cannot be read as an image").wait_for()
    assert page.locator("[type=submit]").is_disabled()
    Image.new("L", (6000, 5000)).save(tmp_path / "huge.png")
    page.locator("[name=image]").set_input_files(tmp_path / "huge.png")
    page.get_by_text("huge.png has 30.0 million pixels, and 25 are taken").wait_for()
    page.locator("[name=image]").set_input_files(photo)
    page.get_by_text("300 × 200 pixels. Paint over").wait_for()
    choose_tool(page, "box")
    paint(page, (0.2, 0.2), (0.8, 0.8))
    before = hole(page)
    page.locator("[name=image]").set_input_files(tmp_path / "text.png")
    page.get_by_text("'text.png' cannot be read as an image").wait_for()
    assert np.array_equal(hole(page), before)


def test_an_error_of_the_server_stands_on_the_card_of_its_method(opened, photo):
    page = opened(WIDE, photo)
    page.locator("[name=clear]").evaluate("() => add({ tool: 'box', box: [0, 0, canvas.width, canvas.height] })")
    choose(page, "mean")
    page.locator(".how [type=submit]").click()
    page.locator(".cards .wrong").get_by_text("hole.png is all hole").wait_for()


def test_a_finger_paints(opened, photo):
    page = opened(PHONE, photo, has_touch=True, is_mobile=True)
    page.locator("canvas.hole").tap(position={"x": 100, "y": 60})
    made = hole(page)
    box = page.locator("canvas.hole").bounding_box()
    assert made[round(60 / box["height"] * 200), round(100 / box["width"] * 300)]


def test_every_control_has_a_name(opened, photo):
    page = opened(WIDE, photo)
    for control in page.locator("button:visible, input:visible, select:visible").all():
        labels = control.evaluate("each => [...(each.labels || [])].map((label) => label.textContent).join(' ')")
        named = (labels, control.text_content(), control.get_attribute("aria-label"))
        assert any(name and name.strip() for name in named)


def turned(path: Path, orientation: int) -> np.ndarray:
    """Write a photograph of 120 x 80 pixels, turned; returns how a viewer shows it."""
    upright = Image.fromarray(skimage.data.coffee()[100:180, 200:320])
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 2: Image.Transpose.FLIP_LEFT_RIGHT}
    stored = upright.transpose(back[orientation])
    exif = stored.getexif()
    exif[274] = orientation
    stored.save(path, exif=exif, **({"lossless": True} if path.suffix == ".webp" else {"quality": 98}))
    return np.asarray(upright)


@pytest.mark.parametrize("suffix", [".webp", ".jpg"])
@pytest.mark.parametrize("orientation", [2, 3, 6])
def test_what_is_painted_is_filled_also_in_turned_photographs(opened, tmp_path, suffix, orientation):
    path = tmp_path / f"turned{suffix}"
    upright = turned(path, orientation).astype(int)
    page = opened(WIDE, path)
    page.get_by_text(f"turned{suffix}, 120 × 80 pixels").wait_for()
    choose_tool(page, "box")
    paint(page, (0.1, 0.1), (0.4, 0.3))
    wanted = hole(page)
    choose(page, "mean")
    fill(page, 1)
    with page.expect_download() as download:
        page.locator(".cards a").click()
    filled = np.asarray(ImageOps.exif_transpose(Image.open(download.value.path()))).astype(int)
    differs = abs(filled - upright).max(axis=-1) > 30
    assert differs[wanted].mean() > 0.5
    assert differs[~wanted].mean() < 0.03


def test_two_fingers_paint_nothing(opened, photo):
    page = opened(PHONE, photo, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)
    box = page.locator("canvas.hole").bounding_box()
    places = [{"x": box["x"] + x, "y": box["y"] + 60} for x in (80, 160)]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places[:1]})
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places})
    moved = [{"x": place["x"] + 10, "y": place["y"] + 30} for place in places]
    session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert not hole(page).any()


def test_nothing_is_filled_without_a_hole(opened, photo):
    page = opened(WIDE)
    page.keyboard.press("Control+Enter")
    page.locator("[name=image]").set_input_files(photo)
    page.locator(".sheet").wait_for()
    page.keyboard.press("Control+Enter")
    choose_tool(page, "box")
    paint(page, (0.2, 0.2), (0.8, 0.8))
    page.locator("[name=clear]").click()
    page.locator(".how [type=submit]").click()
    page.get_by_text("There is no hole yet: paint over what should go.").wait_for()
    assert page.locator(".cards li").count() == 0


def test_every_coloured_pixel_is_a_hole(opened, photo):
    page = opened(WIDE, photo)
    page.locator("[name=size]").fill("0")
    paint(page, (0.2, 0.3), (0.6, 0.7))
    columns = np.nonzero(hole(page))[1]
    assert len(np.unique(columns)) >= 0.4 * 300 - 2  # no gaps
    paint(page, (0.9, 0.1))
    assert hole(page)[20, 270]


def test_undo_in_the_middle_of_a_stroke_does_nothing(opened, photo):
    page = opened(WIDE, photo)
    box = page.locator("canvas.hole").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 80, steps=4)
    page.keyboard.press("Control+z")
    page.mouse.move(box["x"] + 150, box["y"] + 200, steps=4)
    page.mouse.up()
    painted = hole(page)
    page.keyboard.press("Control+z")
    assert not hole(page).any()
    page.keyboard.press("Control+Shift+z")
    assert np.array_equal(hole(page), painted)


def test_another_size_of_the_window_keeps_the_zoom(opened, photo):
    page = opened(WIDE, photo)
    page.locator("[name=in]").click(click_count=2)
    before = page.evaluate("() => picture.zoom")
    page.set_viewport_size({"width": 1300, "height": 760})
    assert page.evaluate("() => picture.zoom") == before
    page.locator("[name=fit]").click()
    page.set_viewport_size({"width": 1100, "height": 700})
    assert page.locator(".view").evaluate("view => view.scrollWidth <= view.clientWidth")
