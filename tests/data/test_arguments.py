"""The typed arguments of all data modules are those of their base class."""

import inspect
import typing

import pytest

from inpaint_zoo import data
from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule

EXPORTED = [getattr(data, name) for name in data.__all__]
SOURCES = [kind for kind in EXPORTED if issubclass(kind, InpaintingDataModule) and kind is not InpaintingDataModule]


def test_names_types_and_order_are_those_of_the_base_class() -> None:
    expected = typing.get_type_hints(InpaintingDataModule.__init__)
    expected.pop("return")
    assert list(typing.get_type_hints(LoadingArguments).items()) == list(expected.items())


@pytest.mark.parametrize("source", SOURCES)
def test_no_source_takes_one_of_them_for_something_else(source: type[InpaintingDataModule]) -> None:
    parameters = inspect.signature(source).parameters
    if "loading" in parameters:
        assert not set(parameters) & set(LoadingArguments.__annotations__)
    else:
        assert list(parameters) == list(inspect.signature(InpaintingDataModule).parameters)
