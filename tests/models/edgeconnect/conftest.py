from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def released_generators(released_state_dict):
    """The entries of both published generators, the part of the network before their names."""
    return {
        f"{part}_generator.{name}": value
        for part, manifest in (("edge", "edge"), ("image", "inpaint"))
        for name, value in released_state_dict(f"edgeconnect_{manifest}_generator").items()
    }
