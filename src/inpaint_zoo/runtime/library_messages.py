"""Lines that decoders in C write to the terminal, past Python, about files that they read nevertheless."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDERR = 2
_REMARK = re.compile(
    rb"(?:Corrupt JPEG data: |Premature end of JPEG file|Invalid SOS parameters |Inconsistent progression sequence |"
    rb"Unknown Adobe color transform code |Warning: unknown JFIF revision number |Unsupported marker type |"
    rb"Invalid JPEG file structure|libpng (?:warning|error): |\S*\.tiff?: |TIFF\w+: |(?:JPEG|LZW|Zip|Fax3?)\w*: )"
    rb"[^\n]*\n?"
)
"""What libjpeg, libpng and libtiff write."""


class _Diversion:
    """Leads the file descriptor of stderr into a file while at least one thread decodes."""

    def __init__(self) -> None:
        self._start_again()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _start_again(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._terminal = -1
        self._file = -1

    def _after_fork(self) -> None:
        if self._depth and self._terminal >= 0:
            os.dup2(self._terminal, _STDERR)
        # the parent's file has one position for both processes
        self._start_again()

    def begin(self) -> None:
        with self._lock:
            if self._depth == 0:
                # without a terminal or a place for the file, nothing is diverted
                with suppress(OSError):
                    self._divert()
            self._depth += 1

    def end(self) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0 and self._terminal >= 0:
                self._restore()

    def _divert(self) -> None:
        if self._file < 0:
            with tempfile.TemporaryFile(buffering=0) as file:
                self._file = os.dup(file.fileno())
        self._terminal = os.dup(_STDERR)
        os.dup2(self._file, _STDERR)

    def _restore(self) -> None:
        os.dup2(self._terminal, _STDERR)
        os.close(self._terminal)
        self._terminal = -1
        if size := os.fstat(self._file).st_size:
            os.lseek(self._file, 0, os.SEEK_SET)
            # other threads may have written meanwhile
            others = _REMARK.sub(b"", os.read(self._file, size))
            os.lseek(self._file, 0, os.SEEK_SET)
            os.ftruncate(self._file, 0)
            with suppress(OSError):
                os.write(_STDERR, others)


_diversion = _Diversion()


@contextmanager
def without_remarks() -> Iterator[None]:
    """Drop the remarks of image libraries about odd files; what else is written to stderr comes after it.

    Threads may be inside at the same time.
    """
    _diversion.begin()
    try:
        yield
    finally:
        _diversion.end()
