import os
import pickle
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torchmetrics import MetricCollection
from torchmetrics.image import PeakSignalNoiseRatio

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics import (
    ALL,
    BINS,
    PSNR,
    PSNR_CAP,
    STANDARD_METRICS,
    ImageL1,
    ImageLPIPS,
    ImagePSNR,
    ImageScores,
    ImageSSIM,
    LPIPSDistance,
    psnr,
    ratio_bin,
    score,
    to_uint8,
    truncated,
)

SINGLE = {"psnr": ImagePSNR, "ssim": ImageSSIM, "l1": ImageL1}
REGIONS = {"image": "", "hole": "hole_", "known": "known_"}
WIDTHS = (0, 3, 9, 11, 16, 32)
"""Of the holes in a row of images 32 pixels wide: in every bin, and the whole image."""


class Stages(torch.nn.Module):
    """The one stage of features."""

    def forward(self, images: Tensor) -> list[Tensor]:
        return [torch.nn.functional.avg_pool2d(images, 2)]


class Network(torch.nn.Module):
    """Stands for the network of LPIPS, whose weights are a download; it has its dropout, too."""

    def __init__(self) -> None:
        super().__init__()
        self.scaling_layer = torch.nn.Conv2d(3, 3, 1)
        self.net = Stages()
        self.lins = torch.nn.ModuleList([torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Conv2d(3, 1, 1))])


@pytest.fixture
def distance() -> LPIPSDistance:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return LPIPSDistance(Network(), minimum_size=16)


@pytest.fixture
def batch() -> tuple[Tensor, Tensor, Tensor]:
    """Outputs with other known pixels than the originals, originals, and holes."""
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(len(WIDTHS), 3, 24, 32, generator=generator)
    preds = target + 0.2 * torch.randn(len(WIDTHS), 3, 24, 32, generator=generator)
    mask = torch.zeros(len(WIDTHS), 1, 24, 32)
    for number, width in enumerate(WIDTHS):
        mask[number, :, :, :width] = 1
    return preds, target, mask


def scored(batch: tuple[Tensor, ...], lpips: Any = None) -> list[dict[str, float | None]]:
    """The slow way: each image rounded to its file and scored by itself."""
    preds, target, mask = batch
    files = zip(to_uint8(target), to_uint8(preds), mask[:, 0].numpy(), strict=True)
    return [score(*parts, STANDARD_METRICS, lpips) for parts in files]


def mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else float("nan")


def parts_of(batch: tuple[Tensor, ...], *ends: int) -> list[tuple[Tensor, ...]]:
    return [tuple(tensor[start:end] for tensor in batch) for start, end in zip((0, *ends), ends, strict=False)]


def same(first: Any, second: Any) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


def test_everything_by_bin_is_the_mean_of_the_scores(batch, distance):
    metric = ImageScores(lpips=distance)
    for part in parts_of(batch, 1, 4, 6):
        metric.update(*part)
    expected, means = scored(batch, distance), metric.compute()
    for name in (*BINS, ALL):
        members = [one for one in expected if name in (ratio_bin(one["ratio"]), ALL)]
        for key in [key for key in members[0] if key != "ratio"]:
            values = [one[key] for one in members]
            found = means.pop(key if name == ALL else f"{name}/{key}", None)
            assert (found is None) == (not any(value is not None for value in values))
            if found is not None:
                assert torch.equal(found, torch.tensor(mean(values)))
    assert means == {}
    assert metric.per_image() == expected
    assert metric.last_batch() == expected[4:]


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("region", REGIONS)
def test_one_measure_of_one_region_is_the_mean_of_its_scores(batch, name, region):
    key, expected = REGIONS[region] + name, scored(batch)
    everywhere, some = SINGLE[name](region=region), SINGLE[name](region=region, ratio_bin="20-40")
    for metric in (everywhere, some):
        metric.update(*batch)
    assert torch.equal(everywhere.compute(), torch.tensor(mean([one[key] for one in expected])))
    assert torch.equal(some.compute(), torch.tensor(mean([one[key] for one in expected[2:4]])))


def test_lpips_is_the_mean_of_its_scores_and_stays_in_evaluation(batch, distance):
    expected = mean([one["hole_lpips"] for one in scored(batch, distance)])
    holder = torch.nn.Module()
    holder.metric = ImageLPIPS(distance, region="hole")
    holder.train()
    holder.metric.update(*batch)
    assert torch.equal(holder.metric.compute(), torch.tensor(expected))
    assert expected != 0
    assert list(holder.parameters()) == []
    assert holder.state_dict() == {}


def test_the_composite_scores_as_the_output_but_for_known_pixels(batch):
    preds, target, mask = batch
    whole, alone = ImageScores(), ImageScores()
    whole.update(torch.where(mask.bool(), preds, target), target, mask)
    alone.update(preds, target, mask)
    first, second = whole.compute(), alone.compute()
    assert all(torch.equal(first[key], second[key]) for key in first if "known" not in key)
    assert first["known_psnr"] == PSNR_CAP > second["known_psnr"]


def test_each_image_by_itself_is_not_pooled(target, composite):
    images = [composite, target, 255 - target]
    preds = torch.stack([torch.from_numpy(image).permute(2, 0, 1).float() / 255 for image in images])
    targets = torch.from_numpy(target).permute(2, 0, 1).float().div(255).expand_as(preds)
    metric = ImagePSNR()
    metric.update(preds, targets, torch.ones(3, 1, *target.shape[:2]))
    assert [one["psnr"] for one in metric.per_image()] == [psnr(target, image) for image in images]
    pooled = PeakSignalNoiseRatio(data_range=1.0)
    assert metric.compute() != pytest.approx(float(pooled(preds, targets)))


def test_images_are_rounded_to_8_bits_in_any_float_type():
    target, mask = torch.full((1, 3, 4, 4), 100 / 255), torch.ones(1, 1, 4, 4)
    assert ImagePSNR()(target + 0.4 / 255, target, mask) == PSNR_CAP
    assert ImagePSNR()(target.bfloat16(), target.bfloat16().float(), mask) == PSNR_CAP


@pytest.mark.parametrize("split", [(0, 6), (6, 6), (4, 6), (1, 6)])
@pytest.mark.filterwarnings("ignore:The ``compute`` method of metric ImageScores was called before")
def test_ranks_with_other_numbers_of_images_have_the_means_of_one(batch, split):
    sent: list[Tensor] = []

    def rank(exchange: Callable[[Tensor], list[Tensor]]) -> ImageScores:
        return ImageScores(distributed_available_fn=lambda: True, dist_sync_fn=lambda tensor, group: exchange(tensor))

    def send(tensor: Tensor) -> list[Tensor]:
        sent.append(tensor)
        return [tensor]

    first, second = rank(send), rank(lambda tensor: [*sent, tensor])
    for metric, part in zip((first, second), parts_of(batch, *split), strict=True):
        for image in range(len(part[0])):
            metric.update(*(tensor[image : image + 1] for tensor in part))
    first.compute()
    assert len(sent) == 1  # one exchange, whatever the number of updates
    alone = ImageScores()
    alone.update(*batch)
    assert same(second.compute(), alone.compute())
    # afterwards each rank has its own images
    assert len(second.per_image()) == 6 - split[0]


def test_the_order_of_images_changes_no_bit(batch):
    forth, back = ImageScores(), ImageScores()
    forth.update(*batch)
    back.update(*(tensor.flip(0) for tensor in batch))
    assert same(forth.compute(), back.compute())


def test_copies_pickles_and_resets(batch, distance):
    metric = ImageScores(lpips=distance)
    metric.update(*batch)
    copies = [metric.clone(), pickle.loads(pickle.dumps(metric))]
    means = metric.compute()
    metric.reset()
    for copy in copies:
        assert same(copy.compute(), means)
        copy.update(*parts_of(batch, 3)[0])
        assert len(copy.per_image()) == 9
    assert metric.per_image() == []
    metric.update(*parts_of(batch, 3)[0])
    assert len(metric.per_image()) == 3


def test_forward_gives_the_batch_and_compute_everything(batch):
    metric = ImagePSNR(region="hole")
    first, second = parts_of(batch, 3, 6)
    assert metric(*first) == pytest.approx(mean([one["hole_psnr"] for one in scored(first)]))
    assert metric(*second) == pytest.approx(mean([one["hole_psnr"] for one in scored(second)]))
    assert torch.equal(metric.compute(), torch.tensor(mean([one["hole_psnr"] for one in scored(batch)])))


def test_a_collection_computes_equal_measures_once_and_never_joins_others(batch):
    other = PSNR(truncated, data_range=255, cap=PSNR_CAP)
    made = {
        "psnr": ImagePSNR, "hole_psnr": lambda: ImagePSNR(region="hole"),
        "other": lambda: ImagePSNR(other), "l1": ImageL1, "ssim": lambda: ImageSSIM(ratio_bin="20-40"),
    }  # fmt: skip
    collection = MetricCollection({key: make() for key, make in made.items()}, prefix="val/")
    alone = {key: make() for key, make in made.items()}
    _, target, mask = batch
    equal = (target[1:], target[1:], mask[1:])  # both PSNRs are the cap, and L1 is 0 for every region
    for part in (equal, batch):
        collection.update(*part)
        for metric in alone.values():
            metric.update(*part)
    assert collection.compute() == {f"val/{key}": metric.compute() for key, metric in alone.items()}
    assert sorted(map(sorted, collection.compute_groups.values())) == [
        ["hole_psnr", "psnr"], ["l1"], ["other"], ["ssim"],
    ]  # fmt: skip


def test_metrics_of_torchmetrics_stand_beside_it_in_a_collection(batch):
    preds, target, mask = batch
    collection = MetricCollection({"pooled": PeakSignalNoiseRatio(data_range=1.0), "own": ImagePSNR()})
    collection.update(preds=preds, target=target, mask=mask)
    values = collection.compute()
    assert values["pooled"] == PeakSignalNoiseRatio(data_range=1.0)(preds, target)
    assert torch.equal(values["own"], torch.tensor(mean([one["psnr"] for one in scored(batch)])))


def test_directions_are_those_of_the_measures():
    assert [kind.higher_is_better for kind in (ImagePSNR, ImageSSIM, ImageL1, ImageLPIPS)] == [True, True, False, False]
    assert not ImagePSNR().is_differentiable
    assert not ImagePSNR().full_state_update


def test_a_mean_over_nothing_is_nan_or_left_out(batch):
    nothing = [tensor[:1] for tensor in batch]  # no hole
    metric = ImagePSNR(region="hole")
    metric.update(*nothing)
    assert metric.compute().isnan()
    scores = ImageScores(replace(STANDARD_METRICS, ssim=None))
    scores.update(*nothing)
    assert set(scores.compute()) == {"psnr", "l1", "known_psnr", "known_l1"} | {
        f"none/{key}" for key in ("psnr", "l1", "known_psnr", "known_l1")
    }


def test_precision_of_a_module_leaves_the_values_as_they_are(batch):
    metric = ImagePSNR()
    metric.update(*batch)
    before = metric.per_image()
    torch.nn.ModuleList([metric]).half()
    assert metric.per_image() == before
    metric.update(*batch)
    assert metric.per_image() == before * 2


def test_wrong_inputs_are_named(batch):
    preds, target, mask = batch
    with pytest.raises(InputError, match=r"preds and target must be floats .* got \(6, 3, 24, 32\) torch.float32, "):
        ImagePSNR().update(preds, target, mask[:, 0])
    with pytest.raises(InputError, match="uint8"):
        ImagePSNR().update(preds, target.byte(), mask)
    with pytest.raises(InputError, match="preds and target must be"):
        ImagePSNR().update(preds[0], target[0], mask[0])
    with pytest.raises(InputError, match="diverged"):
        ImagePSNR().update(preds * torch.nan, target, mask)
    with pytest.raises(InputError, match="region is one of image, hole, known; got 'holes', did you mean 'hole'"):
        ImagePSNR(region="holes")
    with pytest.raises(InputError, match="ratio_bin is one of none, 0-20"):
        ImagePSNR(ratio_bin="20-30-40")


def test_fills_and_reports_do_not_wait_for_torchmetrics() -> None:
    rooms = ("metrics", *(f"evaluation.{name}" for name in ("methods.fills", "protocols", "significance", "report")))
    modules = ", ".join(f"inpaint_zoo.{room}" for room in rooms)
    code = (
        f"import sys, {modules}; "
        "assert not {'torchmetrics', 'torchvision', 'pytorch_lightning'} & set(sys.modules); "
        "from inpaint_zoo.metrics import ImagePSNR; assert 'torchmetrics' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
