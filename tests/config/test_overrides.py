import re
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from inpaint_zoo.config.build import _hints, locate
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.config.overrides import PATH_KEYS, as_given, quote_paths
from inpaint_zoo.errors import InputError

NAMES = [
    "it's.png", 'a "b".png', "x(1).png", "a,b.png", "a=b.png", "Ünï.png", "[x].png", "{y}.png", "two  words ", "2024",
    "1e3", "true", "Null", "null.png", "a\\b", "end\\", "\\'", "${oops}", "\\${x}", "a\\\\${x}${y}\\", "$x", "a:b",
    "#1", "key=", "'half", "'a' and 'b'", " ", "日本.png", "a;b&c|d", "-x", "++a",
]  # fmt: skip


def arrives(override: str, verb: str = "train") -> object:
    (quoted,) = quote_paths(verb, [override])
    parsed = OverridesParser.create().parse_override(quoted)
    return OmegaConf.create({"node": parsed.value()}).node


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_arrives_through_composition(name: str) -> None:
    assert compose_config("base", [f"+data.root={name}"]).data.root == name


def test_many_files_of_any_name_make_one_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("key=").touch()  # a file whose name looks like a key
    *others, listed = quote_paths("study collect", ["force=true", *NAMES, "key=a,b"])
    parsed = OverridesParser.create().parse_override(listed)
    expected = [name for name in NAMES if "=" not in name or name == "key="]
    assert list(OmegaConf.create({"answers": parsed.value()}).answers) == expected
    assert [own.partition("=")[0] for own in others] == ["force", "a", "key"]


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n\r"), min_size=1))
@example("\\")
@example("''")
@example("\\${'")
def test_any_text_arrives(text: str) -> None:
    # OmegaConf has no way to write the text ???, its mark of a missing value
    assume(text not in ("null", "???") and not text.startswith("~"))
    assume(re.match(r"'.*'\Z|\".*\"\Z", text) is None)
    assert arrives(f"data.root={text}") == text


PLACES = {"data": ["data"], "mask": ["mask", "eval_mask", "mask.mask", "eval_mask.mask"], "model": ["model"]}
"""Where the groups of the configuration stand whose keys are arguments."""
NAMES_OR_PATHS = {"model.loss_network"}  # `imagenet`, `random` or a file


def test_path_keys_are_the_arguments_that_are_annotated_as_paths() -> None:
    found = set()
    for group, places in PLACES.items():
        for file in (CONF_DIR / group).glob("*.yaml"):
            target = OmegaConf.load(file).get("_target_")
            hints = _hints(locate(target)) if target else {}
            found |= {f"{place}.{name}" for place in places for name, hint in hints.items() if "PathLike" in str(hint)}
    assert {key for key in PATH_KEYS if "." in key} == found | NAMES_OR_PATHS


def test_a_value_that_is_quoted_already_stays() -> None:
    given = ["data.root='a b'", 'run_dir="runs/${seed}"', r"ckpt='it\'s'"]
    assert quote_paths("train", given) == given


def test_quoting_twice_changes_nothing() -> None:
    once = quote_paths("compare", [*(f"data.root={name}" for name in NAMES), "methods.a=it's"])
    assert quote_paths("compare", once) == once


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert arrives("data.root=~/x") == f"{tmp_path}/x"
    assert arrives("data.root=./~/x") == "./~/x"


def test_null_means_nothing() -> None:
    assert arrives("ckpt=null") is None


@pytest.mark.parametrize("prefix", ["+", "++"])
def test_a_prefix_stays(prefix: str) -> None:
    assert quote_paths("train", [f"{prefix}data.root=a,b"]) == [f"{prefix}data.root='a,b'"]


def test_what_is_no_path_is_left_to_hydra() -> None:
    given = ["seed=1,2", "~data.root", "model=misf", "+x={a: 1}", "hydra.run.dir=x", "mask=box", "nonsense"]
    assert quote_paths("train", given) == given


def test_mask_and_image_are_paths_for_predict() -> None:
    assert quote_paths("predict", ["masks=a,b", "images=c(1)"]) == ["masks='a,b'", "images='c(1)'"]


def test_short_names_belong_to_their_verb() -> None:
    given = ["kind=box", "ratio=[0.2,0.4]", "output=a b", "mask.root=x(1)"]
    assert quote_paths("masks make", given) == ["mask=box", "mask.ratio=[0.2,0.4]", "output='a b'", "mask.root='x(1)'"]
    assert quote_paths("train", given)[:2] == given[:2]
    assert quote_paths("train", ["eval_mask=box"]) == ["mask@eval_mask=box"]


def test_null_means_none_for_groups_that_offer_it() -> None:
    assert quote_paths("train", ["logger=null", "callbacks=null"]) == ["logger=none", "callbacks=none"]
    assert quote_paths("train", ["callbacks.progress=null", "experiment=null"]) == [
        "callbacks.progress=null", "experiment=null",
    ]  # fmt: skip


def test_methods_with_a_seed_are_entries() -> None:
    given = ["methods.ours@3=runs/it's", "match.ours@3={name}_out.png", "match={name}.png"]
    expected = [r"++methods={ours@3:'runs/it\'s'}", "++match={ours@3:'{name}_out.png'}", "match='{name}.png'"]
    assert quote_paths("compare", given) == expected


def test_methods_of_compare_are_added() -> None:
    given = ["methods.ours=runs/it's", "methods.telea='telea'", "methods.x.y=1", "+methods.z=a"]
    expected = [r"++methods.ours='runs/it\'s'", "++methods.telea='telea'", "methods.x.y=1", "++methods.z='a'"]
    assert quote_paths("compare", given) == expected
    assert quote_paths("train", given) == given


def test_braces_that_a_shell_has_expanded_are_refused() -> None:
    with pytest.raises(InputError, match=r"data\.train is given 2 times: quote braces"):
        quote_paths("train", ["data.train=x-0.tar", "data.train=x-1.tar"])
    assert arrives("data.train=x-{0..1}.tar") == "x-{0..1}.tar"


@pytest.mark.parametrize(
    ("verb", "override"),
    [
        ("predict", "images="),
        ("predict", "masks=''"),
        ("predict", 'output=""'),
        ("runs", "root="),
        ("verify", "results="),
        ("compare", "methods.x="),
        ("train", "data.root="),
        ("train", "run_dir="),
    ],
)
def test_an_empty_path_is_not_the_current_folder(verb: str, override: str) -> None:
    key = override.partition("=")[0]
    with pytest.raises(InputError, match=rf"^{re.escape(key)}= is empty: give {re.escape(key)}=PATH"):
        quote_paths(verb, [override])


def test_one_of_several_files_is_not_chosen() -> None:
    with pytest.raises(InputError, match=r"^results is given 2 times \(a\.json, b\.json\): give one of them$"):
        quote_paths("verify", ["a.json", "device=cpu", "results=b.json"])


def test_messages_call_keys_as_the_verb_does() -> None:
    said = "mask.ratio=2 and mask.ratio: mask=nothing, not mask.ratios, data.mask=x or model_name=x"
    assert as_given("masks make", said) == (
        "ratio=2 and ratio: kind=nothing, not mask.ratios, data.mask=x or model_name=x"
    )
    assert as_given("predict", "model_name=x") == "model=x"
    assert as_given("train", said) == said


def test_paths_of_board_are_one_list(tmp_path: Path) -> None:
    strange = tmp_path / "a=b, 'c' [1]"
    strange.mkdir()
    quoted = quote_paths("board", ["output=x", "one", str(strange), "~/two"])
    assert quoted[0] == "output='x'"
    config = compose_config("board", quoted)
    assert list(config.results) == ["one", str(strange), str(Path("~/two").expanduser())]
    assert quote_paths("board", ["results=[a,b]", "output=x"])[0] == "results=[a,b]"
    with pytest.raises(InputError, match="results= is given beside one"):
        quote_paths("board", ["results=[a]", "one"])
