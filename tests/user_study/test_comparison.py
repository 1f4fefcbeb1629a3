import shutil
from dataclasses import replace

import pytest
from tests.user_study.conftest import METHODS

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.records import read_records, write_records
from inpaint_zoo.user_study.comparison import read_comparison


@pytest.fixture
def copied(results, tmp_path):
    return shutil.copytree(results, tmp_path / "copied")


def test_images_with_a_hole_are_taken(results, comparison):
    assert comparison.methods == list(METHODS)
    assert sorted(comparison.records) == sorted(f"photograph_{number}.png" for number in range(1, 11))
    assert read_comparison(results / "results.json").records == comparison.records


def test_some_of_the_methods_in_the_order_that_was_asked_for(results):
    assert read_comparison(results, ["gamma_net", "alpha_net"]).methods == ["gamma_net", "alpha_net"]


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        (["alpha_net", "betanet"], "no 'betanet', did you mean 'beta_net'"),
        (["alpha_net"], "needs two or more, and there is alpha_net"),
        (["alpha_net", "alpha_net"], "needs two or more, and there is alpha_net"),
    ],
)
def test_wrong_methods(results, methods, message):
    with pytest.raises(InputError, match=message):
        read_comparison(results, methods)


def test_images_are_spread_over_the_ratios(comparison):
    ratios = [comparison.ratio(name) for name in comparison.chosen(3).records]
    assert len(ratios) == 3
    assert max(ratios) - min(ratios) > 0.2
    assert comparison.chosen(99).records == comparison.records


def test_an_image_that_a_method_lacks_is_left_out(copied):
    records = read_records(copied / "records.csv")
    write_records(
        [r for r in records if (r.method, r.name) != ("beta_net", "photograph_4.png")], copied / "records.csv"
    )
    assert "photograph_4.png" not in read_comparison(copied).records


def test_a_folder_without_a_comparison(tmp_path, copied):
    with pytest.raises(InputError, match="holds no comparison: give the output folder"):
        read_comparison(tmp_path / "nothing")
    shutil.rmtree(copied / "images")
    with pytest.raises(InputError, match="holds no comparison"):
        read_comparison(copied)


def test_a_missing_picture_is_named(copied):
    (copied / "images" / "beta_net" / "photograph_3.png").unlink()
    with pytest.raises(InputError, match=r"photograph_3\.png is missing"):
        read_comparison(copied)


def test_names_that_lead_elsewhere_are_refused(copied, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"x")
    records = [replace(r, name="../../../secret.png") for r in read_records(copied / "records.csv")][-3:]
    write_records(records, copied / "records.csv")
    with pytest.raises(InputError, match="does not lie in"):
        read_comparison(copied)


def test_without_holes_there_is_no_study(copied):
    write_records([replace(r, ratio=0.0) for r in read_records(copied / "records.csv")], copied / "records.csv")
    with pytest.raises(InputError, match="no image with a hole"):
        read_comparison(copied)
