"""Reading many files in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from torch.utils.data import DataLoader, Dataset

from inpaint_zoo.data.audit.cache import FactsCache
from inpaint_zoo.files.source import Readable

Facts = TypeVar("Facts")
_FILES_AT_A_TIME = 8
"""Files per batch; the last batches are lost if the audit is interrupted."""


class _Files(Dataset[tuple[int, Any]]):
    def __init__(self, paths: Sequence[Readable], places: Sequence[int], examine: Callable[[Readable], Any]) -> None:
        self.paths, self.places, self.examine = paths, places, examine

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> tuple[int, Any]:
        place = self.places[index]
        return place, self.examine(self.paths[place])


def examined(
    paths: Sequence[Readable], examine: Callable[[Readable], Facts], cache: FactsCache[Facts], num_workers: int
) -> Iterator[tuple[int, Facts]]:
    """Read files, or take their facts from the cache.

    Args:
        paths: The files.
        examine: From a file to facts, a dataclass; called in other processes.
        cache: Stores the facts.
        num_workers: Processes that read; 0 reads in this process.

    Yields:
        The index in `paths` and the facts; facts from the cache come first.
    """
    unknown = []
    for place, path in enumerate(paths):
        facts = cache.known(path)
        if facts is None:
            unknown.append(place)
        else:
            yield place, facts
    loader = DataLoader(
        _Files(paths, unknown, examine), batch_size=_FILES_AT_A_TIME, num_workers=num_workers, collate_fn=list
    )
    for read in loader:
        cache.add((paths[place], asdict(facts)) for place, facts in read)
        yield from read
