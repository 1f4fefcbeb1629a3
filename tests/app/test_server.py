import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anyio
import httpx2
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient
from tests.app.conftest import decoded, encoded

import inpaint_zoo
from inpaint_zoo.app import server as module
from inpaint_zoo.app.server import make_app


def test_a_hole_is_filled_as_by_the_function(send, photograph, mask):
    answer = send()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert np.array_equal(decoded(answer.content), inpaint_zoo.inpaint(photograph, mask, model="opencv_telea"))
    assert float(answer.headers["x-hole-ratio"]) == pytest.approx((mask > 0).mean(), abs=1e-6)
    assert float(answer.headers["x-fill-seconds"]) >= 0
    named = "attachment; filename=\"cat_opencv_telea.png\"; filename*=UTF-8''cat_opencv_telea.png"
    assert answer.headers["content-disposition"] == named


def test_the_options_are_those_of_predict(send, offered, photograph, mask):
    answer = send(model="misf", grow="3", blend="feather", feather="4")
    expected = inpaint_zoo.inference.inpainter.Inpainter(offered["misf"].method)(
        photograph, mask, grow=3, blend="feather", feather=4
    )
    assert np.array_equal(decoded(answer.content), expected)


def test_a_network_learns_for_seconds(send):
    plain, adapted = (send(model="misf", **more) for more in ({}, {"adapt_seconds": "0.5"}))
    assert adapted.status_code == 200
    assert adapted.content != plain.content
    assert float(adapted.headers["x-fill-seconds"]) > 0.5


def test_the_result_has_the_images_format(send, photograph):
    answer = send(image=("Katze am See.jpg", encoded(photograph, "JPEG", quality=80, dpi=(72, 72))))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].endswith("''Katze%20am%20See_opencv_telea.jpg")
    png = send(image=("cat.jpg", encoded(photograph, "JPEG")), format="png")
    assert png.headers["content-type"] == "image/png"
    assert png.headers["content-disposition"].endswith("cat_opencv_telea.png")


def test_alpha_and_colors_are_masks(send, photograph, mask):
    clear = np.dstack([photograph, 255 - mask])
    marked = np.where(mask[..., None] > 0, np.uint8([255, 0, 255]), photograph)
    for image, named in ((clear, "alpha"), (marked, "#ff00ff")):
        answer = send(image=("cat.png", encoded(image)), mask=named)
        assert answer.status_code == 200
        assert not np.array_equal(decoded(answer.content)[20:40, 30:70, :3], image[20:40, 30:70, :3])
    assert decoded(send(image=("cat.png", encoded(clear)), mask="alpha").content)[..., 3].min() == 255


def test_what_a_file_cannot_keep_is_noted(send, photograph):
    palette = Image.fromarray(photograph).quantize(16)
    answer = send(image=("cat.png", encoded(np.asarray(palette.convert("RGB")))))
    assert answer.headers["x-note"] == ""
    answer = send(image=("cat.gif", encoded(photograph, "GIF")))
    assert answer.headers["content-type"] == "image/png"
    assert "GIF is not written" in answer.headers["x-note"].replace("%20", " ")
    assert answer.headers["content-disposition"].endswith("cat_opencv_telea.png")


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"image": None}, 400, "image is missing: send a file"),
        ({"image": "photo.jpg"}, 400, "image is missing: send a file"),
        ({"image": ("a.jpg", b"")}, 400, "'a.jpg' cannot be read as an image"),
        ({"image": ("../../etc/a.jpg", b"GIF89a!")}, 400, "'a.jpg' cannot be read as an image"),
        ({"mask": None}, 400, "mask is missing: send a file"),
        ({"mask": "#ff00"}, 400, "mask is missing: send a file"),
        ({"mask": "alpha"}, 400, "cat.png has no alpha channel"),
        ({"mask": ("m.png", b"\x89PNG\r\n")}, 400, "'m.png' cannot be read as an image"),
        ({"mask": ("m.png", encoded(np.zeros((8, 9), np.uint8)))}, 400, "m.png is 9x8 and cat.png is 100x80"),
        ({"mask": ("m.png", encoded(np.full((80, 100), 255, np.uint8)))}, 400, "m.png is all hole"),
        ({"model": None}, 400, "model is missing: send it as text"),
        ({"model": "telea"}, 400, "there is no model 'telea'"),
        ({"model": ["mean", "misf"]}, 400, "model is given 2 times"),
        ({"modle": "mean"}, 400, "there is no field 'modle', did you mean 'model'?"),
        ({"grow": "1.5"}, 400, "grow='1.5' must be a number"),
        ({"grow": "-1"}, 400, "grow=-1 must be at least 0"),
        ({"blend": "soft"}, 400, "blend is one of"),
        ({"adapt_seconds": "1000"}, 400, "adapt_seconds=1000 must be at most 120"),
        ({"adapt_seconds": "nan"}, 400, "adapt_seconds=nan must be"),
        ({"adapt_seconds": "5"}, 400, "opencv_telea has nothing to train"),
        ({"format": "jpeg"}, 400, "format: give png"),
        ({"image": ("b.png", encoded(np.zeros((200, 200), np.uint8)))}, 413, "b.png has 0.0 million pixels"),
        ({"mask": ("b.png", encoded(np.zeros((200, 200), np.uint8)))}, 413, "b.png has 0.0 million pixels"),
        ({"image": ("c.png", bytes(400_000))}, 413, "the files have 0.4 MB, and 0.2 are taken: send smaller ones, or"),
    ],
    ids=str,
)
def test_bad_input_is_answered_in_one_line_and_the_server_goes_on(send, fields, status, message):
    answer = send(**fields)
    assert answer.status_code == status
    assert message in answer.text
    assert len(answer.text.strip().splitlines()) == 1
    assert answer.headers["content-type"].startswith("text/plain")
    assert send().status_code == 200


def test_bodies_that_are_no_form_are_answered(client, send):
    for body, kind in (
        (b"x", "multipart/form-data"),
        (b"--a\r\n\r\n", "multipart/form-data; boundary=a"),
        (b"{}", "application/json"),
    ):
        answer = client.post("/fill", content=body, headers={"content-type": kind})
        assert answer.status_code == 400, kind
        assert answer.text.startswith("error: ")
    answered = "GET /, GET /models, POST /fill, POST /preview"
    assert client.get("/fill").text == f"error: GET /fill is not answered, but {answered}\n"
    assert client.get("/pyproject.toml").text == f"error: GET /pyproject.toml is not answered, but {answered}\n"
    assert send().status_code == 200


def test_too_many_fields_are_refused(send):
    answer = send(**{f"field{number}": "x" for number in range(40)})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a/b\\c d.png", "c%20d_mean.png"),
        ("..", "image_mean.png"),
        ("x" * 300 + ".png", "x" * 80 + "_mean.png"),
        ("IMG.2024 in Rome", "IMG.2024%20in%20Rome_mean.png"),
        ("page.html", "page.html_mean.png"),
        ("می\u200cخواهم.png", "%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85_mean.png"),
    ],
)
def test_names_are_those_of_files_without_folders(send, photograph, given, expected):
    answer = send(image=(given, encoded(photograph)), model="mean")
    assert answer.headers["content-disposition"].endswith(f"; filename*=UTF-8''{expected}")
    assert answer.headers["content-disposition"].isascii()


def test_other_names_and_other_sites_are_refused(client, send):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert send(headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert send(headers={"sec-fetch-site": "same-origin"}).status_code == 200
    assert send(headers={"origin": "http://evil.example"}).status_code == 403
    assert send(headers={"origin": "null"}).status_code == 403
    assert send(headers={"origin": "http://testserver"}).status_code == 200


def test_a_preview_is_upright(send, photograph):
    turned = Image.fromarray(photograph).transpose(Image.Transpose.ROTATE_90)
    exif = turned.getexif()
    exif[274] = 6
    data = encoded(np.asarray(turned), "TIFF", exif=exif)
    answer = send("/preview", image=("cat.tif", data), mask=None, model=None)
    assert answer.headers["content-type"] == "image/png"
    assert np.array_equal(decoded(answer.content), photograph)


def test_a_bug_is_one_line_for_the_user_and_a_traceback_in_the_log(send, monkeypatch, caplog):
    monkeypatch.setattr(module, "fill_task", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR):
        answer = send()
    assert answer.status_code == 500
    assert answer.text == "error: something went wrong here; the log of the server tells what\n"
    assert "ZeroDivisionError" in caplog.text


def test_the_models_are_listed(client, offered):
    listed = client.get("/models").json()
    assert [one["name"] for one in listed] == list(offered)
    assert listed[-1] == {"name": "mean", "title": "Mean color", "about": ""}


def test_the_page_asks_for_nothing_from_outside(client):
    answer = client.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    text = answer.text.replace("http://www.w3.org/2000/svg", "")
    assert "http:" not in text
    assert "https:" not in text
    assert "<script src" not in text


def test_users_at_once_get_their_own_results(offered, photograph, mask, monkeypatch):
    """Twenty users with images of their own; fills are one after the other."""
    at_work, most = [], []
    fill_task = module.fill_task

    def watched(*arguments):
        at_work.append(threading.get_ident())
        most.append(len(at_work))
        try:
            return fill_task(*arguments)
        finally:
            at_work.pop()

    monkeypatch.setattr(module, "fill_task", watched)
    images = [np.roll(photograph, 3 * number, axis=1) for number in range(20)]
    with TestClient(make_app(offered, 12_000, 200_000, ["testserver"])) as client:

        def user(image):
            files = {"image": ("cat.png", encoded(image)), "mask": ("hole.png", encoded(mask))}
            return decoded(client.post("/fill", files=files, data={"model": "misf"}).content)

        with ThreadPoolExecutor(20) as pool:
            filled = list(pool.map(user, images))
    expected = inpaint_zoo.inference.inpainter.Inpainter(offered["misf"].method)
    assert all(np.array_equal(one, expected(image, mask)) for one, image in zip(filled, images, strict=True))
    assert max(most) == 1


def test_more_than_can_wait_are_turned_away(offered, photograph, mask, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    fill_task = module.fill_task

    def slow(*arguments):
        begun.set()
        assert go_on.wait(20)
        return fill_task(*arguments)

    monkeypatch.setattr(module, "fill_task", slow)
    files = {"image": ("cat.png", encoded(photograph)), "mask": ("hole.png", encoded(mask))}
    with TestClient(make_app(offered, 12_000, 200_000, ["testserver"])) as client, ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/fill", files=files, data={"model": "mean"})
        assert begun.wait(20)
        monkeypatch.setattr(module, "MOST_WAITING", 0)
        turned_away = client.post("/fill", files=files, data={"model": "mean"})
        go_on.set()
        assert first.result().status_code == 200
    assert turned_away.status_code == 503
    assert turned_away.headers["retry-after"] == "30"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_damaged_files_never_stop_it(send, photograph, mask, kind):
    """Cut off, and with bytes changed, as image and as mask."""
    rng = np.random.RandomState(0)
    for number in range(12):
        field, pixels = ("image", photograph) if number % 2 else ("mask", mask)
        data = bytearray(encoded(pixels, kind))
        if number < 4:
            data = data[: rng.randint(len(data))]
        else:
            for place in rng.randint(min(len(data), 400), size=1 + number):
                data[place] = rng.randint(256)
        answer = send(**{field: (f"x.{kind.lower()}", bytes(data))})
        assert answer.status_code in (200, 400, 413), answer.text
        assert answer.status_code == 200 or len(answer.text.strip().splitlines()) == 1
    assert send().status_code == 200


def test_who_leaves_gives_up_the_place(offered, photograph, mask, monkeypatch):
    """The second of three leaves while the first is at work: it is never filled, and the third is."""
    begun, go_on, filled = threading.Event(), threading.Event(), []
    fill_task = module.fill_task

    def slow(method, task, on_step):
        filled.append(str(task.image))
        begun.set()
        assert go_on.wait(20)
        return fill_task(method, task, on_step)

    monkeypatch.setattr(module, "fill_task", slow)
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LOOKS", 0.05)
    app = make_app(offered, 12_000, 200_000, ["testserver"])
    leaving = partial(status_for, app, photograph, mask, "disconnect", model="mean")
    with TestClient(app) as client, ThreadPoolExecutor(2) as pool:

        def ask(name):
            files = {"image": (name, encoded(photograph)), "mask": ("hole.png", encoded(mask))}
            return client.post("/fill", files=files, data={"model": "mean"}).status_code

        first = pool.submit(ask, "a.png")
        assert begun.wait(20)
        assert client.portal.call(leaving) == 499
        third = pool.submit(ask, "c.png")
        go_on.set()
        assert (first.result(), third.result()) == (200, 200)
    assert filled == ["a.png", "c.png"]


def test_a_fill_ends_when_its_user_leaves(offered, photograph, mask, monkeypatch):
    """It would learn for a minute; the next one has its turn at once."""
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LOOKS", 0.05)
    app = make_app(offered, 12_000, 200_000, ["testserver"])
    leaving = partial(status_for, app, photograph, mask, "disconnect", model="misf", adapt_seconds="60")
    started = time.monotonic()
    with TestClient(app) as client:
        assert client.portal.call(leaving) == 499
        files = {"image": ("c.png", encoded(photograph)), "mask": ("hole.png", encoded(mask))}
        assert client.post("/fill", files=files, data={"model": "mean"}).status_code == 200
    assert time.monotonic() - started < 30


def test_who_sends_too_slowly_is_turned_away(offered, photograph, mask, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS_TO_SEND", 0.05)
    app = make_app(offered, 12_000, 200_000, ["testserver"])
    with TestClient(app) as client:
        assert client.portal.call(partial(status_for, app, photograph, mask, "slow", model="mean")) == 408


async def status_for(app, photograph, mask, client: str, **fields: str) -> int:
    """The answer to a client that leaves when it has sent a form, or sends half of it and then nothing (`slow`)."""
    files = {"image": ("b.png", encoded(photograph)), "mask": ("hole.png", encoded(mask))}
    request = httpx2.Request("POST", "http://testserver/fill", files=files, data=fields)
    body, statuses = request.read(), []
    sent = body[: len(body) // 2] if client == "slow" else body
    messages = [{"type": "http.request", "body": sent, "more_body": client == "slow"}]

    async def receive():
        if messages:
            return messages.pop()
        if client == "slow":
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message):
        statuses.append(message.get("status"))

    headers = [(b"content-type", request.headers["content-type"].encode()), (b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": "/fill", "query_string": b"", "headers": headers}
    await app({**scope, "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)
    return statuses[0]
