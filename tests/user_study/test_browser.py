"""The page in a real browser: simulated people answer it, and what they like comes back."""

import json
import re

import numpy as np
import pytest
from tests.user_study.conftest import WORTH

from inpaint_zoo.user_study.answers import collect
from inpaint_zoo.user_study.design import Size, design
from inpaint_zoo.user_study.html import Texts, write_page
from inpaint_zoo.user_study.key import DAMAGED, ORIGINAL, by_id
from inpaint_zoo.user_study.outcome import outcome_of
from inpaint_zoo.user_study.pictures import write_pictures
from inpaint_zoo.user_study.votes import votes_of

pytestmark = pytest.mark.browser
READY = "() => isReady || !document.getElementById('done').hidden"


ANSWER_ALL = """async worth => {
  const asking = document.getElementById("asking");
  while (!asking.hidden) {
    if (isReady) {
      const values = state.plan[place].shown.map(token => worth[token]);
      const key = String(1 + values.indexOf(Math.max(...values)));
      document.dispatchEvent(new KeyboardEvent("keydown", { key }));
    }
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}"""
"""Press the number of the picture that is worth most, until the end."""


def made(comparison, form, folder):
    """Key and page of a study."""
    key = design(comparison, form, Size(8, 2))
    shown = write_pictures(key, comparison.kept, "input", folder / "pictures")
    write_page(key, shown, "input", Texts("Title", "Which?", "I agree", "Send it"), folder)
    return key, folder / "index.html"


@pytest.fixture(scope="module")
def study(comparison, tmp_path_factory):
    return made(comparison, "best", tmp_path_factory.mktemp("hand_out"))


@pytest.fixture
def opened(browser, study):
    """Open a page as somebody new; it may neither complain nor ask for anything but its pictures."""
    contexts, troubles, requests = [], [], []

    def opened(path=study[1], **options):
        contexts.append(browser.new_context(accept_downloads=True, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
    assert [
        url for url in requests if not re.match(r"file:///.*/(index.html|pictures/[0-9a-f]{16}.png)$|data:,|blob:", url)
    ] == []


def begin(page):
    page.check("#agree")
    page.click("#begin")
    page.wait_for_function(READY)


def answer_all(key, page, worth):
    """Answer as a person to whom methods are worth so much, and who takes originals in attention checks."""
    asked = [*key.questions, *key.checks]
    tokens = {
        token: worth.get(title, 9 * (title == ORIGINAL)) for own in asked for token, title in own.pictures.items()
    }
    page.evaluate(ANSWER_ALL, tokens)


def saved(page, path):
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(path)
    return path


def answers_of(key, page, people, folder):
    """The files of people, each of whom is given as what methods are worth to them."""
    for number, worth in enumerate(people):
        page.evaluate("localStorage.clear()")
        page.reload()
        begin(page)
        answer_all(key, page, worth)
        (folder / f"{number}.json").write_text(page.evaluate("file()"))
    return [folder / f"{number}.json" for number in range(len(people))]


def test_what_simulated_people_like_best_comes_back(study, opened, tmp_path):
    key, favourites = study[0], ["alpha_net"] * 3 + ["beta_net"] * 2 + ["gamma_net"]
    paths = answers_of(key, opened(), [{**WORTH, favourite: 3} for favourite in favourites], tmp_path)
    collected = collect(paths, key)
    assert (len(collected.ballots), collected.num_inattentive, collected.num_repeated) == (6, 0, 0)
    found = outcome_of(votes_of(collected.ballots, key), key).methods
    shares = {title: own.preferred.value for title, own in found.items()}
    assert shares == pytest.approx({"alpha_net": 3 / 6, "beta_net": 2 / 6, "gamma_net": 1 / 6})
    assert found["alpha_net"].score - found["gamma_net"].score == pytest.approx(np.log(3), abs=1e-6)
    assert found["beta_net"].score - found["gamma_net"].score == pytest.approx(np.log(2), abs=1e-6)


def test_what_simulated_people_like_better_comes_back(comparison, opened, tmp_path):
    key, path = made(comparison, "pairs", tmp_path)
    collected = collect(answers_of(key, opened(path), [WORTH] * 3, tmp_path), key)
    found = outcome_of(votes_of(collected.ballots, key), key)
    first, second, last = (found.methods[title].preferred.value for title in WORTH)
    assert 1 == first > second > last == 0
    assert found.metrics["psnr"].value == 1  # it ranks the methods as these people do


def test_who_fails_the_attention_checks_is_found(study, opened, tmp_path):
    people = [WORTH, {**WORTH, DAMAGED: 99}]
    collected = collect(answers_of(study[0], opened(), people, tmp_path), study[0])
    assert (len(collected.ballots), collected.num_inattentive) == (1, 1)


def test_a_reload_goes_on_with_the_same_questions(study, opened):
    page = opened()
    begin(page)
    for _ in range(3):
        page.keyboard.press("1")
        page.wait_for_function(READY)
    before = page.evaluate("state")
    page.reload()
    page.wait_for_function(READY)
    assert page.evaluate("state") == before
    assert page.locator("#count").inner_text() == "4 of 10"


def test_questions_are_drawn_anew_for_everybody(study, opened):
    plans = [opened().evaluate("state") for _ in range(3)]
    assert len({plan["voter"] for plan in plans}) == 3
    assert len({str(plan["plan"]) for plan in plans}) == 3
    key = study[0]
    checks = {check.id for check in key.checks}
    for own in plans:
        asked = [each["question"] for each in own["plan"]]
        images = [by_id(key)[question].image for question in asked]
        checked = {image for image, question in zip(images, asked, strict=True) if question in checks}
        assert len(asked) == len(set(asked)) == 10
        assert len(checked) == 2
        assert sum(image in checked for image in images) == 2  # nobody judges what they saw the original of


def test_a_choice_can_be_taken_back_until_it_is_saved(study, opened, tmp_path):
    page = opened()
    begin(page)
    page.keyboard.press("1")
    page.wait_for_function(READY)
    page.keyboard.press("Backspace")
    page.wait_for_function(READY)
    assert page.locator("#count").inner_text() == "1 of 10"
    assert page.locator("#back").is_disabled()
    page.keyboard.press("2")
    page.wait_for_function(READY)
    assert page.evaluate("state.answers[0].chosen") == page.evaluate("state.plan[0].shown[1]")
    answer_all(study[0], page, WORTH)
    page.click("#undo")
    page.wait_for_function(READY)
    answer_all(study[0], page, WORTH)
    first = saved(page, tmp_path / "a.json").read_text()
    assert page.locator("#undo").is_hidden()
    page.reload()
    assert saved(page, tmp_path / "b.json").read_text() == first == page.locator("#text").input_value()


def test_another_person_begins_at_the_same_computer(study, opened, tmp_path):
    page = opened()
    begin(page)
    answer_all(study[0], page, WORTH)
    assert page.locator("#another").is_hidden()
    first = json.loads(saved(page, tmp_path / "a.json").read_text())
    page.click("#another")
    page.wait_for_function("first => state.voter !== first", arg=first["voter"])
    assert page.locator("#start").is_visible()
    assert page.evaluate("state.answers.length") == 0


def test_a_phone_shows_two_columns_and_taps_choose(study, opened):
    page = opened(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    begin(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    lefts = [option.bounding_box()["x"] for option in page.locator("#options button").all()]
    assert len(set(lefts)) == 2
    page.locator("#options button").nth(1).tap()
    page.wait_for_function(READY)
    assert page.evaluate("state.answers[0].chosen === state.plan[0].shown[1]")


def test_every_picture_has_the_same_size(opened):
    page = opened(viewport={"width": 1400, "height": 900})
    begin(page)
    boxes = [image.bounding_box() for image in page.locator("#options img").all()]
    assert len({(box["width"], box["height"]) for box in boxes}) == 1
    assert boxes[0]["width"] == pytest.approx(boxes[0]["height"])


def test_nothing_begins_without_consent(opened):
    page = opened()
    assert page.locator("#begin").is_disabled()
    page.keyboard.press("1")
    assert page.evaluate("state.answers.length") == 0


def test_a_browser_that_keeps_nothing_says_so(study, browser):
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    page = context.new_page()
    page.goto(study[1].as_uri())
    assert "keeps nothing" in page.locator("#keeps").inner_text()
    begin(page)
    page.keyboard.press("1")
    page.wait_for_function(READY)
    assert page.locator("#count").inner_text() == "2 of 10"
    context.close()


def test_a_missing_picture_is_said(study, browser, tmp_path):
    alone = tmp_path / "index.html"
    alone.write_text(study[1].read_text(encoding="utf-8"), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    page.goto(alone.as_uri())
    page.check("#agree")
    page.click("#begin")
    assert "pictures" in page.locator("#trouble").inner_text()
    page.keyboard.press("1")
    assert page.evaluate("state.answers.length") == 0
    context.close()
