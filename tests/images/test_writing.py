"""Files read, filled and written again, each read back by Pillow, OpenCV or tifffile."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin, PngImagePlugin

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Held
from inpaint_zoo.images.form import LOSSY_QUALITY
from inpaint_zoo.images.original import Original, read_original, result_is_png
from inpaint_zoo.images.png_chunks import deep_gray_with_alpha
from inpaint_zoo.images.turning import turned_back, turned_upright
from inpaint_zoo.images.writing import encoded

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RANDOM = np.random.default_rng(0)
COLORS = RANDOM.integers(0, 256, (24, 40, 3), np.uint8)
SMOOTH = np.array(
    Image.fromarray(RANDOM.integers(0, 256, (4, 5, 3), np.uint8)).resize((80, 48), Image.Resampling.BICUBIC)
)
DEEP = RANDOM.integers(0, 65536, (24, 40, 4), np.uint16)
HOLE = np.zeros((24, 40), bool)
HOLE[5:11, 20:31] = True
LOSSLESS = {
    "PNG": {}, "TIFF": {"compression": "tiff_lzw"}, "BMP": {}, "PPM": {}, "JPEG2000": {},
    "WEBP": {"lossless": True, "exact": True},
}  # fmt: skip


def saved(image: Image.Image, kind: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def original(data: bytes, *, as_png: bool = False) -> Original:
    return read_original(Held(Path("x"), data), as_png=as_png)


def again(data: bytes, *, as_png: bool = False, opaque: bool = False) -> bytes:
    """Read a file, fill its hole with the opposite of what is there, and write it."""
    read = original(data, as_png=as_png)
    seen = read.seen()
    hole = HOLE if seen.shape[:2] == HOLE.shape else np.zeros(seen.shape[:2], bool)
    filled = np.where(hole[..., None], np.iinfo(seen.dtype).max - seen, seen)
    return b"".join(encoded(read.filled(filled, seen, hole, opaque=opaque), read.form, "x"))


def opened(data: bytes) -> Any:
    return Image.open(io.BytesIO(data))


def exif(orientation: int = 1) -> Image.Exif:
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    block[ExifTags.Base.Make] = "Maker"
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2020:01:02 03:04:05"
    return block


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_lossless_formats_keep_mode_and_known_pixels(kind: str, mode: str) -> None:
    if (kind, mode) in {("PPM", "RGBA"), ("BMP", "RGBA"), ("WEBP", "L")}:
        return  # these formats do not have them
    before = np.asarray(Image.fromarray(np.dstack([COLORS, COLORS[..., 0] | 1])).convert(mode))
    data = saved(Image.fromarray(before), kind, **LOSSLESS[kind])
    result = opened(again(data))
    assert (result.format, result.mode) == (kind, mode)
    assert result.info.get("compression") == opened(data).info.get("compression")
    after = np.asarray(result)
    assert np.array_equal(after[~HOLE], before[~HOLE])
    assert not np.array_equal(after[HOLE], before[HOLE])
    if mode == "RGBA":
        assert np.array_equal(after[..., 3], before[..., 3])


def test_the_first_image_of_a_lossless_animation_stays_lossless() -> None:
    noise = COLORS[::-1].copy()
    data = saved(Image.fromarray(COLORS), "WEBP", save_all=True, append_images=[Image.fromarray(noise)], lossless=True)
    after = np.asarray(opened(again(data)))
    assert np.array_equal(after[~HOLE], COLORS[~HOLE])


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_tiff_keeps_its_compression_resolution_texts_and_profile(compression: str) -> None:
    tags = {ExifTags.Base.Artist: "A. N. Other", ExifTags.Base.ImageDescription: "a wall"}
    data = saved(
        Image.fromarray(COLORS), "TIFF", compression=compression, tiffinfo=tags, dpi=(300, 200), icc_profile=PROFILE
    )
    result = opened(again(data))
    assert result.info["compression"] == compression
    assert result.info["dpi"] == (300, 200)
    assert result.info["icc_profile"] == PROFILE
    assert {tag: result.tag_v2[tag] for tag in tags} == tags


def test_tiff_that_is_lossy_inside_becomes_lossless() -> None:
    data = saved(Image.fromarray(SMOOTH), "TIFF", compression="jpeg")
    result = opened(again(data))
    assert result.info["compression"] == "tiff_adobe_deflate"
    assert np.array_equal(np.asarray(result), np.asarray(opened(data)))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_sixteen_bits_stay(channels: int, kind: str) -> None:
    before = DEEP[..., :channels]
    read_back: Callable[[bytes], np.ndarray]
    if kind == "tiff":
        file = io.BytesIO()
        extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
        photometric = "rgb" if channels > 2 else "minisblack"
        tifffile.imwrite(file, before.squeeze(), photometric=photometric, planarconfig="contig", metadata=None, **extra)
        data = file.getvalue()
        read_back = lambda data: tifffile.imread(io.BytesIO(data))  # noqa: E731
    else:
        data = cv2.imencode(".png", before[..., ::-1] if channels == 3 else before)[1].tobytes()
        flags = cv2.IMREAD_UNCHANGED
        read_back = lambda data: cv2.imdecode(np.frombuffer(data, np.uint8), flags)  # noqa: E731
    result = again(data)
    was, now = read_back(data), read_back(result)
    assert now.dtype == np.uint16
    assert now.shape == was.shape
    assert np.array_equal(now[~HOLE], was[~HOLE])
    assert (now[HOLE] != was[HOLE]).any()


def test_gray_with_alpha_of_sixteen_bits_stays() -> None:
    data = deep_gray_with_alpha(DEEP[..., :2])
    assert np.array_equal(np.asarray(opened(data).convert("LA")), DEEP[..., :2] >> 8)
    assert np.array_equal(original(data).samples, DEEP[..., :2])
    assert np.array_equal(original(again(data)).samples[~HOLE], DEEP[..., :2][~HOLE])


def test_sixteen_bits_are_those_that_pillow_reads() -> None:
    """The upper eight bits, by another decoder."""
    data = cv2.imencode(".png", DEEP)[1].tobytes()
    assert np.array_equal(original(data).samples >> 8, np.asarray(opened(data)))


@pytest.mark.parametrize("turned", range(1, 9))
def test_deep_tiff_files_keep_texts_resolution_and_orientation(turned: int) -> None:
    file = io.BytesIO()
    tags = [(ExifTags.Base.Artist, 2, 0, "A. N. Other", True), (ExifTags.Base.Orientation, 3, 1, turned, True)]
    tifffile.imwrite(
        file, DEEP[..., :3], photometric="rgb", resolution=(300, 200), resolutionunit=2, extratags=tags,
        iccprofile=PROFILE, compression="zlib", metadata=None,
    )  # fmt: skip
    read = original(file.getvalue())
    assert np.array_equal(read.samples, turned_upright(DEEP[..., :3], turned))
    result = b"".join(encoded(read.samples, read.form, "x"))
    assert np.array_equal(tifffile.imread(io.BytesIO(result)), DEEP[..., :3])
    image = opened(result)
    assert (image.tag_v2[ExifTags.Base.Artist], image.info["dpi"]) == ("A. N. Other", (300, 200))
    assert image.info["icc_profile"] == PROFILE
    assert image.tag_v2[ExifTags.Base.Orientation] == turned
    assert image.info["compression"] == "tiff_adobe_deflate"


@given(quality=st.integers(1, 100), subsampling=st.integers(0, 2), progressive=st.booleans())
def test_jpeg_keeps_tables_subsampling_and_nearly_its_pixels(quality: int, subsampling: int, progressive: bool) -> None:
    settings = {"quality": quality, "subsampling": subsampling, "progressive": progressive}
    data = saved(Image.fromarray(SMOOTH), "JPEG", **settings)
    before, after = opened(data), opened(again(data))
    assert after.quantization == before.quantization
    assert JpegImagePlugin.get_sampling(after) == subsampling
    assert bool(after.info.get("progressive")) == progressive
    assert np.abs(np.asarray(after).astype(int) - np.asarray(before)).mean() < 1.5


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_keeps_gray_exif_profile_resolution_and_comment(mode: str) -> None:
    settings = {"exif": exif(6), "icc_profile": PROFILE, "dpi": (300, 300), "comment": b"by hand", "xmp": b"<x/>"}
    data = saved(Image.fromarray(SMOOTH).convert(mode), "JPEG", quality=90, **settings)
    before, after = opened(data), opened(again(data))
    assert after.mode == mode
    for name in ("exif", "icc_profile", "dpi", "comment", "xmp"):
        assert after.info[name] == before.info[name]
    assert after.size == before.size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_tag_and_pixels_turn_as_they_did(kind: str, turned: int) -> None:
    settings = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind in ("JPEG", "AVIF") else {}
    data = saved(Image.fromarray(SMOOTH), kind, exif=exif(turned), **settings)
    before, after = opened(data), opened(again(data))
    assert after.getexif().get(ExifTags.Base.Orientation, 1) == turned
    if kind != "TIFF":  # where Pillow does not write it
        assert after.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] == "2020:01:02 03:04:05"
    for image in (before, after):
        image.load()
    assert after.size == before.size
    assert np.abs(np.asarray(after).astype(int) - np.asarray(before)).mean() < 2
    assert original(data).samples.shape[:2] == ((80, 48) if turned in (6, 8) else (48, 80))


def test_png_keeps_colors_texts_and_resolution_chunk_by_chunk() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "A. N. Other")
    info.add_itxt("Title", "Wänd")
    info.add(b"gAMA", (45455).to_bytes(4, "big"))
    info.add(b"sBIT", bytes([8, 8, 8]))
    data = saved(Image.fromarray(COLORS), "PNG", pnginfo=info, dpi=(300, 300), icc_profile=PROFILE)
    result = opened(again(data))
    result.load()
    assert result.info["Author"] == "A. N. Other"
    assert result.info["Title"] == "Wänd"
    assert result.info["gamma"] == pytest.approx(0.45455)
    assert result.info["icc_profile"] == PROFILE
    assert result.info["dpi"] == opened(data).info["dpi"]
    assert b"sBIT" not in again(data)


def test_metadata_of_deep_png_files_stay() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "A. N. Other")
    gray = saved(Image.fromarray(DEEP[..., 0]), "PNG", pnginfo=info, dpi=(300, 300), exif=exif(3))
    result = opened(again(gray))
    assert (result.mode, result.info["Author"], round(result.info["dpi"][0])) == ("I;16", "A. N. Other", 300)
    assert result.getexif()[ExifTags.Base.Orientation] == 3
    assert np.array_equal(np.asarray(result)[::-1, ::-1][~HOLE], DEEP[::-1, ::-1, 0][~HOLE])


def test_what_stands_behind_the_pixels_of_a_png_file_stays_there() -> None:
    """An orientation there does not count, and must not begin to."""
    data = saved(Image.fromarray(COLORS), "PNG", exif=exif(6))
    start = data.index(b"eXIf") - 4
    length = 12 + int.from_bytes(data[start : start + 4], "big")
    moved = data[:start] + data[start + length : -12] + data[start : start + length] + data[-12:]
    result = again(moved)
    assert result.index(b"eXIf") > result.rindex(b"IDAT")
    assert np.array_equal(np.asarray(opened(result))[~HOLE], COLORS[~HOLE])


@pytest.mark.parametrize(
    ("settings", "kind"), [({"lossless": True, "exact": True}, b"VP8L"), ({"quality": 80}, b"VP8 ")]
)
def test_webp_stays_lossless_or_lossy(settings: dict[str, Any], kind: bytes) -> None:
    data = saved(Image.fromarray(SMOOTH), "WEBP", exif=exif(), icc_profile=PROFILE, **settings)
    result = again(data)
    assert kind in result
    assert opened(result).info["icc_profile"] == PROFILE
    assert 0 < LOSSY_QUALITY <= 100


def test_transparent_pixels_are_seen_on_white_and_stay_what_they_are() -> None:
    samples = np.dstack([COLORS, np.zeros((24, 40), np.uint8)])
    samples[:, 10:20, 3], samples[:, 20:, 3] = 128, 255
    read = original(saved(Image.fromarray(samples), "PNG"))
    seen = read.seen()
    assert (seen[:, :10] == 255).all()
    expected = np.asarray(Image.alpha_composite(Image.new("RGBA", (40, 24), "white"), Image.fromarray(samples)))
    assert np.abs(seen.astype(int) - expected[..., :3]).max() <= 1
    assert np.array_equal(seen[:, 20:], samples[:, 20:, :3])
    assert np.array_equal(read.filled(seen, seen, np.zeros((24, 40), bool), opaque=False), samples)


def test_a_hole_of_the_alpha_channel_becomes_opaque() -> None:
    samples = np.dstack([COLORS, np.where(HOLE, 0, 255).astype(np.uint8)])
    after = np.asarray(opened(again(saved(Image.fromarray(samples), "PNG"), opaque=True)))
    assert (after[..., 3] == 255).all()
    assert np.array_equal(after[~HOLE], samples[~HOLE])


@pytest.mark.parametrize(
    ("image", "kind", "mode", "note"),
    [
        (Image.fromarray(COLORS).convert("P"), "PNG", "RGB", "its palette becomes RGB"),
        (Image.fromarray(COLORS).convert("1"), "PNG", "L", "one bit for a pixel becomes L"),
        (Image.fromarray(COLORS).convert("CMYK"), "JPEG", "RGB", "CMYK becomes RGB"),
        (Image.fromarray(COLORS).convert("CMYK"), "TIFF", "RGB", "CMYK becomes RGB"),
    ],
)
def test_what_cannot_stay_is_noted(image: Image.Image, kind: str, mode: str, note: str) -> None:
    data = saved(image, kind)
    assert original(data).notes == (note,)
    result = opened(again(data))
    assert (result.format, result.mode) == (kind, mode)
    expected = np.asarray(image.convert(mode)).astype(int)
    assert np.abs(np.asarray(result)[~HOLE] - expected[~HOLE]).mean() < (30 if kind == "JPEG" else 0.1)


def test_animations_give_their_first_frame_as_png() -> None:
    frames = [Image.fromarray(COLORS).convert("P"), Image.fromarray(255 - COLORS).convert("P")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    read = original(data)
    assert read.notes == (
        "of its 2 frames or pages the first is filled, the others are left out", "its palette becomes RGB",
        "GIF is not written, the result is a PNG file",
    )  # fmt: skip
    assert result_is_png(Held(Path("x"), data))
    result = opened(again(data))
    assert result.format == "PNG"
    assert np.array_equal(np.asarray(result)[~HOLE], np.asarray(opened(data).convert("RGB"))[~HOLE])


@pytest.mark.parametrize("turned", [1, 6])
def test_any_format_can_become_png_upright(turned: int) -> None:
    data = saved(Image.fromarray(SMOOTH), "JPEG", exif=exif(turned), icc_profile=PROFILE, dpi=(300, 300))
    result = opened(again(data, as_png=True))
    assert (result.format, result.info["icc_profile"], round(result.info["dpi"][0])) == ("PNG", PROFILE, 300)
    assert result.getexif()[ExifTags.Base.Orientation] == 1
    assert result.getexif()[ExifTags.Base.Make] == "Maker"
    assert np.array_equal(np.asarray(result), turned_upright(np.asarray(opened(data)), turned))


def test_the_thumbnail_goes_as_it_shows_the_image_before() -> None:
    thumbnail = saved(Image.fromarray(COLORS), "JPEG")
    block = with_thumbnail(thumbnail)
    data = saved(Image.fromarray(SMOOTH), "JPEG", exif=block)
    assert thumbnail in data
    result = again(data)
    assert thumbnail[-60:] not in result
    assert opened(result).getexif()[ExifTags.Base.Make] == "Maker"
    assert not opened(result).getexif().get_ifd(ExifTags.IFD.IFD1)


def with_thumbnail(thumbnail: bytes) -> bytes:
    """A block of EXIF data with a second directory, which Pillow does not write."""
    block = bytearray(exif().tobytes())
    order = "big" if block[6:8] == b"MM" else "little"
    first = int.from_bytes(block[10:14], order)  # type: ignore[arg-type]
    link = 6 + first + 2 + 12 * int.from_bytes(block[6 + first : 8 + first], order)  # type: ignore[arg-type]
    second = len(block) - 6
    block[link : link + 4] = second.to_bytes(4, order)  # type: ignore[arg-type]
    entries = [(0x0201, second + 2 + 24 + 4), (0x0202, len(thumbnail))]
    block += (2).to_bytes(2, order)  # type: ignore[arg-type]
    for tag, value in entries:
        for number, size in ((tag, 2), (4, 2), (1, 4), (value, 4)):
            block += number.to_bytes(size, order)  # type: ignore[arg-type]
    return bytes(block + bytes(4) + thumbnail)


def test_damaged_metadata_do_no_harm() -> None:
    data = bytearray(saved(Image.fromarray(SMOOTH), "JPEG", exif=exif(6)))
    start = data.index(b"Exif\0\0") + 6
    data[start + 4 : start + 8] = b"\xff" * 4
    result = opened(again(bytes(data)))
    assert "exif" not in result.info
    assert np.abs(np.asarray(result).astype(int) - original(bytes(data)).samples).mean() < 2


@pytest.mark.parametrize("content", [b"", b"no image", bytes(100)])
def test_what_is_no_image_is_named(content: bytes) -> None:
    with pytest.raises(InputError, match="'x' cannot be read as an image"):
        original(content)


def test_numbers_of_other_kinds_are_refused() -> None:
    with pytest.raises(InputError, match="neither 8 nor 16 bits"):
        original(saved(Image.fromarray(np.zeros((4, 4), np.float32)), "TIFF"))


@given(orientation=st.integers(0, 9), height=st.integers(1, 5), width=st.integers(1, 5))
def test_turning_back_undoes_turning(orientation: int, height: int, width: int) -> None:
    image = np.arange(height * width * 3).reshape(height, width, 3)
    assert np.array_equal(turned_back(turned_upright(image, orientation), orientation), image)


def test_nothing_is_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again(saved(Image.fromarray(COLORS), "JPEG", exif=exif(6)))
