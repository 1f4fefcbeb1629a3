import json
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from omegaconf import OmegaConf

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation import protocols
from inpaint_zoo.evaluation.protocols import MISFProtocol, Protocol, StandardProtocol
from inpaint_zoo.evaluation.protocols.base import NONE
from inpaint_zoo.images.arrays import rounded
from inpaint_zoo.images.resizing import FITTINGS, INTERPOLATIONS
from inpaint_zoo.masks.files.resizing import RESIZINGS
from inpaint_zoo.metrics.definition import SET_METRICS, STANDARD_METRICS
from inpaint_zoo.metrics.lpips import LPIPS_NETWORKS
from inpaint_zoo.metrics.score import MEASURES, METRICS, score
from inpaint_zoo.models.structure import EDGE_SOURCES
from inpaint_zoo.zoo import create_model

NAMES = ("standard", "misf", "hint", "semnet", "madf", "ctsdg", "edgeconnect", "lama", "mat")
MISF_RULES = ("misf", "hint", "semnet")
EVERY = pytest.mark.parametrize("name", NAMES)


def made(name: str, size: object = 256) -> Protocol:
    target = OmegaConf.load(CONF_DIR / "protocol" / f"{name}.yaml")["_target_"]
    return construct({"_target_": target, "size": size})


def test_every_protocol_has_a_file_and_every_file_a_protocol():
    assert {path.stem for path in (CONF_DIR / "protocol").glob("*.yaml")} == set(NAMES)
    assert len(protocols.__all__) == len(NAMES) + 1


@EVERY
def test_the_file_constructs_the_protocol_of_its_name(name: str):
    protocol = made(name)
    assert (protocol.name, protocol.size) == (name, (256, 256))
    assert protocol.mask_resizing in RESIZINGS
    assert protocol.fitting in FITTINGS
    assert protocol.interpolation in INTERPOLATIONS
    assert protocol.metrics.lpips in {None, *LPIPS_NETWORKS}
    assert set(protocol.metrics.sets) <= set(SET_METRICS)


@EVERY
def test_a_command_line_can_choose_it(name: str):
    config = compose_config("compare", [f"protocol={name}", "size=[64,96]", "data.root=x", "output=y"])
    protocol = construct(config.protocol)
    assert (protocol.name, protocol.size) == (name, (64, 96))


@EVERY
def test_words_and_measures_agree(name: str):
    protocol = made(name)
    lines = dict(protocol.describe())
    for measure in MEASURES:
        assert (lines[measure.upper()] == NONE) == (getattr(protocol.metrics, measure) is None)
    assert (lines["All images together"] == NONE) == (protocol.metrics.sets == ())
    assert all(set_name.upper().replace("_", "-") in lines["All images together"] for set_name in protocol.metrics.sets)


def test_every_protocol_describes_the_same_things():
    titles = {tuple(title for title, _ in made(name).describe()) for name in NAMES}
    assert len(titles) == 1
    assert len(set(*titles)) == len(*titles)


def test_the_description_says_the_size():
    assert dict(made("misf", [128, 64]).describe())["Size"] == "128 × 64 (height × width)"
    assert "as they are" in dict(made("misf", "native").describe())["Size"]


def test_fingerprints_tell_definitions_apart(monkeypatch):
    fingerprints = {made(name, size).fingerprint() for name in NAMES for size in (256, 512, [256, 512], "native")}
    assert len(fingerprints) == 4 * len(NAMES)
    before = made("misf").fingerprint()
    assert made("misf", [256, 256]).fingerprint() == before
    changes = {"mask_resizing": "nearest", "interpolation": "bicubic", "mask_threshold": None, "bins_hold_lower": True}
    for name, value in changes.items():
        with monkeypatch.context() as patch:
            patch.setattr(MISFProtocol, name, value)
            assert made("misf").fingerprint() != before


@pytest.mark.parametrize("name", ["hint", "semnet"])
def test_a_name_of_misf_has_its_rules_and_says_so(name: str):
    protocol, misf = made(name), made("misf")
    assert protocol.describe() == misf.describe()
    assert protocol.metrics is misf.metrics
    assert f"protocol={name} is protocol=misf under another name" in protocol.notes[0]
    image = skimage.data.chelsea()
    assert np.array_equal(protocol.prepare(image), misf.prepare(image))


def test_a_fingerprint_is_the_same_in_every_process():
    assert len(json.dumps(made("standard").fingerprint())) == 64 + 2
    assert StandardProtocol(size=256).fingerprint() == made("standard").fingerprint()


@EVERY
def test_images_get_the_size_or_keep_their_own(name: str):
    image = skimage.data.chelsea()
    assert made(name).prepare(image).shape == (256, 256, 3)
    assert made(name, [64, 96]).prepare(image).shape == (64, 96, 3)
    assert made(name, "native").prepare(image) is image
    fits = np.ascontiguousarray(image[:256, :256])
    assert np.array_equal(made(name).prepare(fits), fits)


@EVERY
def test_training_can_prepare_images_as_it_does(name: str):
    protocol, image = made(name, [64, 96]), skimage.data.chelsea()
    training = Preparation((64, 96), fitting=protocol.fitting, interpolation=protocol.interpolation)
    assert np.array_equal(training.fitted(image), protocol.prepare(image))


@pytest.mark.parametrize("size", [0, -3, True, "big", [1], [2, 3, 4], [2, 0], [2.5, 3], None, 2.5])
def test_a_size_that_is_none_is_refused(size: object):
    with pytest.raises(InputError, match=r"^size="):
        StandardProtocol(size=size)


@EVERY
def test_a_composite_has_no_error_in_known_pixels(name: str, target, composite, hole):
    metrics = made(name).metrics
    scored = score(target, composite, hole, metrics)
    best = {"psnr": np.inf if name == "mat" else 100, "ssim": 1, "l1": 0}
    for measure, value in best.items():
        assert scored[f"known_{measure}"] == (None if getattr(metrics, measure) is None else value)


@EVERY
def test_measures_that_it_lacks_have_no_value(name: str, target, output, hole):
    metrics = made(name).metrics
    scored = score(target, output, hole, metrics)
    has = {measure for measure in MEASURES if getattr(metrics, measure) is not None} - {"lpips"}
    assert {key for key in METRICS if scored[key] is not None} == {
        f"{region}{measure}" for region in ("", "hole_", "known_") for measure in has
    }


@EVERY
def test_infinite_values_come_from_mat_alone(name: str, target, hole):
    assert (np.inf in score(target, target, hole, made(name).metrics).values()) == (name == "mat")


@EVERY
def test_what_is_written_is_8_bits(name: str, output):
    written = made(name).to_image(output)
    assert (written.dtype, written.shape) == (np.uint8, output.shape)
    assert np.array_equal(written, rounded(output)) == (name not in MISF_RULES)


@pytest.mark.parametrize("name", ["standard", "madf", "ctsdg"])
def test_without_published_code_the_metrics_are_those_of_standard(name: str):
    assert made(name).metrics is STANDARD_METRICS
    said = [text.startswith("no code published; as standard: ") for text in dict(made(name).describe()).values()]
    assert sum(said) == (0 if name == "standard" else 5)


@EVERY
def test_the_one_that_leaks_says_so(name: str):
    protocol = made(name)
    assert protocol.leaks == any("leaks ground truth" in note for note in protocol.notes) == (name == "ctsdg")
    assert protocol.leaks == ("leaks ground truth" in dict(protocol.describe())["Image"])


@EVERY
def test_network_overrides_are_arguments_of_the_networks(name: str):
    for model, arguments in made(name).network_overrides.items():
        network = create_model(model, base_channels=8, **arguments)
        leaks = model == name == "ctsdg"
        assert network.extract_structure.source is EDGE_SOURCES["complete" if leaks else "damaged"]


def test_nothing_but_the_size_can_be_set():
    with pytest.raises(InputError, match="windw"):
        construct({"_target_": "inpaint_zoo.evaluation.protocols.MATProtocol", "size": 256, "windw": 7})


def test_the_page_is_where_the_package_says():
    assert (Path(__file__).parents[3] / protocols.__doc__.rpartition("see ")[2].rstrip(".\n")).is_file()
