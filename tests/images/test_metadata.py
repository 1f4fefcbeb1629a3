"""Damaged metadata cost neither pixels nor agreement on the size."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.jpeg import read_training_image
from inpaint_zoo.images.metadata import without_metadata
from inpaint_zoo.images.reading import file_orientation, image_size, read_image, read_mask

PIXELS = np.random.RandomState(0).randint(0, 256, (20, 30, 3), dtype=np.uint8)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
QUARTER = 6


def exif_of(orientation: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a maker of cameras"
    return exif


def encoded(kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, kind, **options)
    return file.getvalue()


def rich(kind: str) -> bytes:
    """A file with as much metadata as its format holds, turned by a quarter."""
    options: dict[str, Any] = {"exif": exif_of(QUARTER), "icc_profile": PROFILE}
    if kind in {"JPEG", "PNG", "TIFF"}:
        options["dpi"] = (72, 72)
    if kind == "JPEG":
        options |= {"xmp": XMP, "comment": b"a comment"}
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Author", "somebody")
        options["pnginfo"].add_text("Title", "a title" * 9, zip=True)
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    if kind == "WEBP":
        options |= {"xmp": XMP, "lossless": True}
    return encoded(kind, **options)


def png_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    start = 8
    while start < len(data):
        length = int.from_bytes(data[start : start + 4], "big")
        if data[start + 4 : start + 5].islower():
            yield start + 8, start + 8 + length
        start += length + 12


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    start = 2
    while (marker := data[start + 1]) != 0xDA:
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        if 0xE0 <= marker < 0xF0 or marker == 0xFE:
            yield start + 4, start + 2 + length
        start += 2 + length


def webp_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    start = 12
    while start < len(data):
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        if data[start : start + 4] in {b"EXIF", b"ICCP", b"XMP "}:
            yield start + 8, start + 8 + length
        start += 8 + length + length % 2


def tiff_entries(data: bytes) -> Iterator[tuple[int, int]]:
    order = "<" if data.startswith(b"II") else ">"
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    for number in range(struct.unpack_from(f"{order}H", data, start)[0]):
        place = start + 2 + 12 * number
        if struct.unpack_from(f"{order}H", data, place)[0] in {0x010F, 0x0112, 0x011A, 0x011B, 0x0128, 0x8773}:
            yield place + 2, place + 12


def avif_items(data: bytes) -> Iterator[tuple[int, int]]:
    exif = data.rindex(b"MM\0*")
    yield exif - 4, data.rindex(b"a maker") + len("a maker of cameras")


PLACES: dict[str, Callable[[bytes], Iterator[tuple[int, int]]]] = {
    "PNG": png_chunks,
    "JPEG": jpeg_segments,
    "WEBP": webp_chunks,
    "TIFF": tiff_entries,
    "AVIF": avif_items,
}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("seed", range(40))
def test_damaged_metadata_cost_no_pixels(tmp_path: Path, kind: str, seed: int) -> None:
    path, rng = tmp_path / "a", np.random.RandomState(seed)
    path.write_bytes(rich(kind))
    whole = read_image(path)
    data = bytearray(path.read_bytes())
    places = list(PLACES[kind](bytes(data)))
    for start, end in (places[number] for number in rng.randint(0, len(places), 1 + seed % 4)):
        data[rng.randint(start, end)] = rng.choice([0, 1, 128, 255, rng.randint(256)])
        if kind == "PNG" and seed % 2:  # a tool that wrote nonsense, not a damaged disk
            data[end : end + 4] = struct.pack(">I", zlib.crc32(data[start - 4 : end]))
    path.write_bytes(data)
    read = read_image(path)
    turned = [np.rot90(whole, times) for times in range(4)]
    assert any(np.array_equal(read, each) for other in turned for each in (other, other[::-1]))
    assert read.shape[:2] == image_size(path) == read_mask(path).shape
    assert np.array_equal(read_training_image(path), read)


@pytest.mark.parametrize("kind", PLACES)
def test_without_metadata_the_pixels_and_the_orientation_stay(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(rich(kind))
    before = read_image(path)
    bare = without_metadata(path.read_bytes()) or path.read_bytes()
    assert kind == "WEBP" or len(bare) <= len(rich(kind)) + 200
    path.write_bytes(bare)
    if kind == "AVIF":  # Pillow gives the orientation of the container as EXIF
        assert sorted(read_image(path).shape) == sorted(before.shape)
    else:
        assert np.array_equal(read_image(path), before)


def raw_exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """EXIF of (tag, type, count, four bytes) entries."""
    listed = b"".join(struct.pack(">HHI", *head) + value for *head, value in entries)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + listed + bytes(4)


SHORT, TEXT, RATIONAL, DOUBLE = 3, 2, 5, 12


@pytest.mark.parametrize(
    ("kind", "count", "value"),
    [
        (SHORT, 1, b"\0\0\0\0"),
        (SHORT, 1, b"\0\x09\0\0"),
        (SHORT, 1, b"\xff\xff\0\0"),
        (SHORT, 0, b"\0\x06\0\0"),
        (TEXT, 2, b"6\0\0\0"),
        (RATIONAL, 1, b"\0\0\0\x04"),
        (DOUBLE, 1, b"\xff\xff\xff\xff"),
        (77, 1, b"\0\x06\0\0"),
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_an_orientation_that_is_none_is_upright(tmp_path: Path, form: str, kind: int, count: int, value: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(encoded(form, exif=raw_exif((0x0112, kind, count, value))))
    assert file_orientation(path) == 1
    assert image_size(path) == read_image(path).shape[:2] == read_training_image(path).shape[:2] == PIXELS.shape[:2]


def test_a_warning_about_metadata_does_not_part_the_readers(tmp_path: Path) -> None:
    exif = raw_exif((0x0112, SHORT, 1, b"\0\x06\0\0"), (0x010F, TEXT, 2**31, b"\0\0\0\x10"))
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded("JPEG", exif=exif))
    assert read_training_image(path).shape == read_image(path).shape == (30, 20, 3)


@pytest.mark.parametrize("keyword", [b"transparency", b"exif", b"xmp", b"gamma", b"Raw profile type exif"])
@pytest.mark.parametrize("late", [False, True])
def test_texts_whose_names_mean_something_to_pillow(tmp_path: Path, keyword: bytes, late: bool) -> None:
    info = PngImagePlugin.PngInfo()
    info.add(b"tEXt", keyword + b"\0nonsense", after_idat=late)
    path = tmp_path / "a.png"
    path.write_bytes(encoded("PNG", pnginfo=info))
    assert np.array_equal(read_image(path), PIXELS)


def test_an_orientation_behind_the_pixels_of_a_png_does_not_count(tmp_path: Path) -> None:
    body = exif_of(QUARTER).tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(body)) + b"eXIf" + body + struct.pack(">I", zlib.crc32(b"eXIf" + body))
    data = encoded("PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data[:-12] + chunk + data[-12:])
    assert file_orientation(path) == 1
    assert image_size(path) == read_image(path).shape[:2] == read_mask(path).shape == PIXELS.shape[:2]


def test_damaged_pixels_and_transparency_are_not_taken_for_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    palette = Image.fromarray(PIXELS).convert("P")
    palette.save(path, transparency=b"\0\x80\xff")
    for kind in (b"IDAT", b"tRNS", b"PLTE"):
        data = bytearray(path.read_bytes())
        data[data.index(kind) + 5] ^= 255
        (tmp_path / "b.png").write_bytes(data)
        with pytest.raises(InputError, match="cannot be read as an image"):
            read_image(tmp_path / "b.png")
