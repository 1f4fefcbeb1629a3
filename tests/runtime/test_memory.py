import weakref

from inpaint_zoo.runtime.memory import free_memory


class Network:
    """Refers to itself, as a trainer and its module to each other."""

    def __init__(self) -> None:
        self.trainer = self


def test_what_a_failed_job_held_is_freed() -> None:
    network = Network()
    gone = weakref.ref(network)
    try:
        raise MemoryError(network)
    except MemoryError:
        del network
    free_memory()
    assert gone() is None
