"""The page's plots and lists in a real browser."""

from dataclasses import replace

import pytest

from inpaint_zoo.evaluation.report.html import write_html
from inpaint_zoo.metrics import METRICS, Record

pytestmark = pytest.mark.browser


def test_a_point_leads_to_its_image(opened):
    page = opened()
    page.select_option(".pairwise [name=a]", label="mean")
    page.select_option(".pairwise [name=b]", label="opencv_telea")
    page.select_option(".pairwise [name=metric]", label="PSNR hole")
    point = page.locator(".scatter a.mark").first
    target = point.get_attribute("href")
    point.click()
    page.wait_for_function("document.activeElement.tagName === 'H3'")
    assert page.evaluate("'#' + document.activeElement.parentElement.id") == target
    box = page.locator(target).bounding_box()
    assert -5 < box["y"] < page.viewport_size["height"]
    sides = [page.locator(f"{target} [name={side}] option:checked").inner_text() for side in ("left", "right")]
    assert sides == ["mean", "opencv_telea"]


def test_points_are_reached_by_arrow_keys(opened):
    page = opened()
    marks = page.locator(".scatter .mark")
    assert marks.count() > 1
    assert page.locator(".scatter .mark[tabindex='0']").count() == 1
    marks.first.focus()
    assert page.locator(".tip").is_visible()
    first = page.locator(".tip").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator(".tip").inner_text() != first
    assert page.locator(".scatter .mark[tabindex='0']").count() == 1
    target = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.tagName === 'H3'")
    assert page.evaluate("'#' + document.activeElement.parentElement.id") == target


def test_a_filtered_image_is_shown_when_asked_for(opened):
    page = opened()
    page.fill("[name=name]", "no such name")
    assert page.locator("article:visible").count() == 0
    page.locator(".scatter a.mark").first.click()
    page.wait_for_function("document.activeElement.tagName === 'H3'")
    assert page.locator("article:visible").count() == 3


def leads(report, a, b, key):
    values = {(record.method, record.name): record.metrics[key] for record in report.records}
    names = [case.name for case in report.cases if values[a, case.name] is not None]
    return {name: values[a, name] - values[b, name] for name in names}


@pytest.mark.parametrize(("label", "key", "sign"), [("PSNR hole", "hole_psnr", 1), ("L1 %", "l1", -1)])
def test_lists_follow_the_selects(opened, full_report, label, key, sign):
    page = opened()
    page.select_option(".pairwise [name=metric]", label=label)
    for a, b in (("mean", "opencv_telea"), ("opencv_telea", "mean")):
        page.select_option(".pairwise [name=a]", label=a)
        page.select_option(".pairwise [name=b]", label=b)
        ahead = {name: sign * lead for name, lead in leads(full_report, a, b, key).items()}
        best = [name for name in sorted(ahead, key=ahead.get, reverse=True) if ahead[name] > 0]
        worst = [name for name in sorted(ahead, key=ahead.get) if ahead[name] < 0]
        assert page.locator(".list-a bdi").all_text_contents() == best
        assert page.locator(".list-b bdi").all_text_contents() == worst
        assert f"{a} is better on {len(best)} of {len(ahead)}" in page.locator(".tally").inner_text()


def test_a_and_b_are_swapped(opened):
    page = opened()
    names = [page.locator(f".pairwise [name={side}] option:checked").inner_text() for side in "ab"]
    page.click("[name=swap]")
    assert [page.locator(f".pairwise [name={side}] option:checked").inner_text() for side in "ab"] == names[::-1]
    assert names[1] in page.locator(".better-a").inner_text()


def test_images_are_ordered_by_the_difference(opened, full_report):
    page = opened()
    page.select_option(".pairwise [name=a]", label="mean")
    page.select_option(".pairwise [name=b]", label="opencv_navier_stokes")
    page.select_option(".pairwise [name=metric]", label="PSNR")
    ahead = leads(full_report, "mean", "opencv_navier_stokes", "psnr")
    names = page.locator("article h3 bdi")
    page.select_option("[name=order]", "a")
    assert [ahead[name] for name in names.all_text_contents()] == sorted(ahead.values(), reverse=True)
    page.select_option("[name=order]", "b")
    assert [ahead[name] for name in names.all_text_contents()] == sorted(ahead.values())
    page.select_option("[name=order]", "ratio")
    assert page.locator("article").evaluate_all("all => all.map(a => a.id)") == ["case-1", "case-2", "case-3"]


def test_cost_is_chosen_and_methods_without_are_named(opened):
    page = opened()
    assert page.locator(".pareto .mark").count() == 2
    assert "Without Parameters (10⁶): opencv_navier_stokes." in page.locator(".without").inner_text()
    page.select_option(".cost [name=cost]", label="Peak memory (MB)")
    assert page.locator(".pareto .mark").count() == 1
    assert "opencv_telea, opencv_navier_stokes" in page.locator(".without").inner_text()
    page.select_option(".cost [name=quality]", label="FID")
    assert "FID" in page.locator(".pareto svg").get_attribute("aria-label")


def test_the_pareto_front_holds_whom_nobody_beats(opened):
    page = opened()
    page.select_option(".cost [name=quality]", label="FID")
    page.select_option(".cost [name=cost]", label="Seconds")
    assert page.locator(".pareto .point.optimal").count() == 2  # one is cheaper, the other better
    page.select_option(".cost [name=quality]", label="P-IDS %")
    assert page.locator(".pareto .point.optimal").count() == 1  # the cheaper one is also better
    marks = page.locator(".pareto .mark").evaluate_all("all => all.map(m => m.getAttribute('aria-label'))")
    assert [("Pareto" in text) for text in sorted(marks)] == [True, False]


def test_infinite_numbers_are_shown_and_drawn(opened, full_report, tmp_path):
    infinite = [
        replace(record, metrics={**record.metrics, "psnr": float("inf")}) if record.method == "mean" else record
        for record in full_report.records
    ]
    write_html(replace(full_report, records=infinite), tmp_path / "report.html")
    page = opened(tmp_path / "report.html")
    page.select_option(".pairwise [name=a]", label="mean")
    page.select_option(".pairwise [name=metric]", label="PSNR")
    assert page.locator(".scatter .mark").count() == 3
    assert "+∞" in page.locator(".list-a").inner_text()
    assert "∞" in page.locator(".tables.everything").inner_text()
    assert "NaN" not in page.locator("body").inner_text()
    page.locator(".tables.everything th", has_text="PSNR ↑").first.locator("button").click()
    assert page.locator(".tables.everything tbody th").first.inner_text() == "mean"


def test_one_method_and_no_images_are_no_trouble(opened, full_report, tmp_path):
    lonely = [Record("only", "a.png", "a.png", 0.3, dict.fromkeys(METRICS, 0.5))]
    for number, changes in enumerate(({"records": [], "cases": []}, {"records": lonely, "cases": []})):
        path = tmp_path / f"{number}.html"
        write_html(replace(full_report, estimates={}, set_scores={}, **changes), path)
        page = opened(path)
        assert page.locator("article").count() == 0
        assert page.locator("h1").inner_text() == full_report.title
