"""The page in a real browser: tables, images, keyboard, colours."""

from dataclasses import replace

import pytest

from inpaint_zoo.evaluation.report.html import write_html

pytestmark = pytest.mark.browser
EVERYTHING = ".tables.everything table"


def column(page, table, number):
    return page.locator(f"{table} tbody td:nth-child({number})").evaluate_all(
        "cells => cells.map(c => c.dataset.value)"
    )


def is_drawn(page, selector):
    """Whether an image has arrived and been decoded."""
    page.wait_for_function("([image]) => image.complete && image.naturalWidth > 0", arg=[page.query_selector(selector)])
    return True


def test_the_slider_moves_with_the_mouse(opened):
    page = opened()
    stage, slider = page.locator("#case-2 .stage"), page.locator("#case-2 [name=divider]")
    slider.click(position={"x": 100, "y": 30})
    box = stage.bounding_box()
    share = float(stage.evaluate("stage => stage.style.getPropertyValue('--at')").rstrip("%"))
    assert share == pytest.approx(100 * 100 / box["width"], abs=3)
    divider = page.locator("#case-2 .divider").bounding_box()
    assert divider["x"] - box["x"] == pytest.approx(share / 100 * box["width"], abs=2)
    assert f"{100 - share:g}" in page.locator("#case-2 .layer.left").evaluate("e => getComputedStyle(e).clipPath")


def test_the_slider_moves_with_arrow_keys(opened):
    page = opened()
    slider = page.locator("#case-1 [name=divider]")
    slider.focus()
    before = float(slider.input_value())
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) > before
    assert page.locator("#case-1 .stage").evaluate("stage => stage.style.getPropertyValue('--at')") != "50%"
    page.keyboard.press("End")
    assert slider.input_value() == "100"


def test_selects_change_the_images(opened):
    page = opened()
    left = page.locator("#case-3 .layer.left img")
    page.locator("#case-3").scroll_into_view_if_needed()
    is_drawn(page, "#case-3 .layer.left img")
    seen = {left.get_attribute("src")}
    for choice in ("1", "4", "2 error"):
        page.select_option("#case-3 [name=left]", choice)
        seen.add(left.get_attribute("src"))
        assert is_drawn(page, "#case-3 .layer.left img")
    assert len(seen) == 4
    shown = page.locator("#case-3 figure:nth-child(3) img.error").get_attribute("src")
    assert left.get_attribute("src") == shown


def test_tables_sort_both_ways(opened):
    page = opened()
    page.check("[name=region][value=every]")
    heading = page.locator(f"{EVERYTHING} thead th", has_text="L1 %").first
    number = 1 + heading.evaluate("cell => cell.cellIndex")
    values = column(page, EVERYTHING, number)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert column(page, EVERYTHING, number) == sorted(values, key=float)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert column(page, EVERYTHING, number) == sorted(values, key=float, reverse=True)


def test_tables_sort_by_name_and_by_keyboard(opened):
    page = opened()
    button = page.locator(f"{EVERYTHING} thead th").first.locator("button")
    button.focus()
    orders = []
    for _ in range(2):
        page.keyboard.press("Enter")
        orders.append(page.locator(f"{EVERYTHING} tbody th").all_inner_texts())
    assert orders[0] == sorted(orders[0])
    assert orders[1] == orders[0][::-1]


def test_bins_are_chosen(opened):
    page = opened()
    wide, fine = page.locator(".tables.wide"), page.locator(".tables.fine")
    assert wide.is_visible()
    assert not fine.is_visible()
    page.check("[name=bins][value=fine]")
    assert fine.is_visible()
    assert not wide.is_visible()
    assert "40–50 % hole" in fine.inner_text()
    assert "No images (0) in: 10–20 % hole" in fine.inner_text()


def test_pixels_are_chosen(opened):
    page = opened()
    headings = page.locator(f"{EVERYTHING} thead th:visible")
    seen = {}
    for region in ("image", "hole", "known", "every"):
        page.check(f"[name=region][value={region}]")
        seen[region] = headings.all_inner_texts()
    assert all("hole" in title for title in seen["hole"][1:])
    assert all("known" in title for title in seen["known"][1:])
    assert not any("hole" in title or "known" in title for title in seen["image"])
    assert len(seen["every"]) == sum(len(seen[region]) - 1 for region in ("image", "hole", "known")) + 1


def test_what_stands_below_a_mean_is_chosen(opened, sure_report, tmp_path):
    write_html(sure_report, tmp_path / "report.html")
    page = opened(tmp_path / "report.html")
    below = {"interval": ".interval", "best": ".to-best", "reference": ".to-reference"}
    for value, selector in below.items():
        page.check(f"[name=below][value={value}]")
        for other in below.values():
            visible = page.locator(f"{EVERYTHING} {other}:visible").count()
            assert (visible > 0) == (other == selector)
    page.check("[name=below][value=nothing]")
    assert page.locator("td small:visible").count() == 0


def test_error_maps_replace_the_images(opened):
    page = opened()
    page.locator("#case-1").scroll_into_view_if_needed()
    image, error = (page.locator(f"#case-1 figure:nth-child(2) img.{name}") for name in ("image", "error"))
    crop = page.locator("#case-1 figure:nth-child(2) .crop img")
    assert (image.is_visible(), error.is_visible(), page.locator(".legend").is_visible()) == (True, False, False)
    page.check("[name=errors]")
    assert (image.is_visible(), error.is_visible(), page.locator(".legend").is_visible()) == (False, True, True)
    assert crop.get_attribute("src") == error.get_attribute("src")
    assert page.locator("#case-1 figure:nth-child(1) img.image").is_visible()
    page.uncheck("[name=errors]")
    assert image.is_visible()
    assert crop.get_attribute("src") == image.get_attribute("src")


def test_enlarged_parts_move_together(opened):
    page = opened()
    crops = page.locator("#case-1 .crop img")
    crops.first.scroll_into_view_if_needed()

    def transforms():
        return crops.evaluate_all(
            "all => all.map(i => getComputedStyle(i).transform + getComputedStyle(i).transformOrigin)"
        )

    before = transforms()
    assert len(set(before)) == 1
    page.locator("#case-1 [name=zoom]").focus()
    page.keyboard.press("End")
    page.locator("#case-1 [name=across]").focus()
    page.keyboard.press("Home")
    after = transforms()
    assert len(set(after)) == 1
    assert after[0].startswith("matrix(8, 0, 0, 8, 0, 0)0px ")
    frame = page.locator("#case-1 .frame.whole").nth(2)
    frame.click(position={"x": 20, "y": 20})
    assert transforms() != after
    page.click("#case-1 [name=home]")
    assert transforms() == before


def test_images_are_filtered(opened):
    page = opened()
    page.fill("[name=name]", "CAT")
    assert page.locator("article:visible").count() == 1
    assert page.locator(".filter output").inner_text() == "1 shown"
    page.fill("[name=name]", "")
    page.select_option(".filter [name=bin]", "40-50")
    assert page.locator("article:visible h3 bdi").all_inner_texts() == ["猫 Ünï.png"]


def test_dark_mode_changes_page_and_plots(opened):
    page = opened(color_scheme="light")

    def colors():
        styles = (
            "part => { const s = getComputedStyle(document.querySelector(part)); return s.backgroundColor + s.fill }"
        )
        parts = ("body", ".tables .scroll", ".scatter svg", ".pareto .point", "svg .tick-text")
        return [page.evaluate(styles, part) for part in parts]

    light = colors()
    page.emulate_media(color_scheme="dark")
    assert all(one != other for one, other in zip(light, colors(), strict=True))


def test_every_control_is_reached_by_keyboard(opened):
    page = opened()
    stops = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, select, input, summary, [tabindex="0"]')]
            .filter(e => e.tabIndex >= 0 && e.checkVisibility() && !e.disabled).length"""
    )
    page.locator("body").focus()
    reached = []
    for _ in range(stops + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('article, section, header, .skip')?.tagName"))
    names = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input')]
            .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()))
            .map(e => e.outerHTML)"""
    )
    assert names == []
    assert {"A", "HEADER", "SECTION", "ARTICLE"} <= set(reached)


def test_focus_is_visible(opened):
    page = opened()
    for selector in ("nav a", f"{EVERYTHING} th button", "[name=metric]", "#case-1 [name=zoom]"):
        page.locator(selector).first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", selector


@pytest.mark.parametrize("width", [400, 1400])
def test_nothing_is_wider_than_the_window(opened, width: int):
    page = opened(viewport={"width": width, "height": 900})
    page.check("[name=region][value=every]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_tables_of_a_phone_show_every_value_with_its_title(opened):
    page = opened(viewport={"width": 400, "height": 900})
    page.check("[name=region][value=every]")
    cells = page.locator(f"{EVERYTHING} td:visible")
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert len(boxes) > 10
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 400 for box in boxes)
    titles = [cell.evaluate("cell => getComputedStyle(cell, '::before').content") for cell in cells.all()]
    assert any("PSNR" in title for title in titles)
    assert all(title not in {"none", '""'} for title in titles)


def test_hostile_text_stays_text(opened, full_report):
    page = opened()
    assert page.locator("script").count() == 2
    names = page.locator("article h3 bdi").all_text_contents()
    assert sorted(names) == sorted(case.name for case in full_report.cases)
    assert page.locator(".banner").inner_text().count("leaky </script>") == 1
    assert page.locator("b", has_text="friends").count() == 0


def test_every_table_says_that_the_protocol_leaks(opened):
    page = opened()
    captions = page.locator("caption").all_text_contents()
    assert len(captions) > 5
    assert all("leaks ground truth" in caption for caption in captions if not caption.startswith("Hashes"))


def test_without_scripts_everything_is_there(opened):
    page = opened(java_script_enabled=False)
    assert page.locator(".tables.everything").is_visible()
    assert page.locator("article figure img.image:visible").count() == 3 * 5
    assert page.locator(".compare:visible, .filter:visible, .plot:visible, .crop:visible").count() == 0


def test_printing_shows_images_and_no_controls(opened):
    page = opened()
    page.emulate_media(media="print")
    assert page.locator("article figure img.image:visible").count() == 3 * 5
    assert page.locator("nav:visible, .controls:visible, .compare:visible, .zoom:visible").count() == 0


def test_names_with_any_signs_are_shown_as_text(opened, report, tmp_path):
    names = {
        "two\nlines.png": "two lines.png",
        "\u202egnp.exe": "\\u202egnp.exe",  # would be read as exe.png
        "<img src=x onerror=alert(1)>'\"&.png": "<img src=x onerror=alert(1)>'\"&.png",
    }
    given = dict(zip([case.name for case in report.cases], names, strict=True))
    write_html(
        replace(
            report,
            cases=[replace(case, name=given[case.name]) for case in report.cases],
            records=[replace(record, name=given[record.name]) for record in report.records],
        ),
        tmp_path / "report.html",
    )
    page = opened(tmp_path / "report.html")
    headings = page.locator("article h3 bdi").all()
    for heading in headings:
        heading.scroll_into_view_if_needed()
    assert {heading.inner_text() for heading in headings} == set(names.values())
    assert "\u202e" not in page.locator("body").inner_text()  # nor in the lists that a script makes
    assert not [image for image in page.evaluate("data.images") if "\u202e" in image["name"]]
