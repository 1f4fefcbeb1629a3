"""`inpaint-zoo app`: a page on which holes are painted and filled."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from omegaconf import DictConfig

from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.cli.main import INTERRUPTED, SIGNALLED
from inpaint_zoo.errors import InputError, Stopped
from inpaint_zoo.images.reading import MAX_PIXELS
from inpaint_zoo.runtime.device import choose_device

_LAST_PORT = 65_535
_MEGA = 1_000_000
_SECONDS_TO_END = 2


def run(config: DictConfig) -> None:
    """Serve the page until Ctrl-C."""
    quiet_libraries()
    most_pixels = min(at_least(1, config.max_megapixels, "max_megapixels") * _MEGA, MAX_PIXELS)
    most_bytes = at_least(1, config.max_megabytes, "max_megabytes") * _MEGA
    if not isinstance(config.methods, DictConfig):
        raise InputError("methods: give methods.NAME=VALUE: a checkpoint, a .onnx file, or a function module:name")
    try:
        import python_multipart  # noqa: F401, PLC0415 - these come with an extra
        import uvicorn  # noqa: PLC0415

        from inpaint_zoo.app.methods import offered_methods  # noqa: PLC0415
        from inpaint_zoo.app.server import make_app  # noqa: PLC0415
    except ImportError as error:
        raise InputError(f"{error.name} is missing: pip install 'inpaint-zoo[app]'") from error
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # it would tell errors again that are told already
    with closing(_bound(config.host, config.port)) as listening:
        offered = offered_methods(config.methods, choose_device(config.device))
        app = make_app(offered, most_pixels, most_bytes, _hosts(config.host))
        print(f"{_address(config.host, listening.getsockname()[1])} (Ctrl-C ends it)", flush=True)
        settings = uvicorn.Config(app, log_config=None, server_header=False, timeout_graceful_shutdown=_SECONDS_TO_END)
        with _ending_at_once():
            uvicorn.Server(settings).run(sockets=[listening])


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """End the process although a thread is still filling, for which Python would wait."""
    line, code = "", 0
    try:
        yield
    except (KeyboardInterrupt, Stopped) as stop:
        if not _is_filling():
            raise
        line, code = "interrupted", INTERRUPTED
        if isinstance(stop, Stopped):
            line, code = str(stop), SIGNALLED + stop.signum
    if _is_filling():
        print(f"inpaint-zoo app: {line or 'ended'}", file=sys.stderr, flush=True)
        os._exit(code)


def _is_filling() -> bool:
    return not all(thread.daemon or thread is threading.main_thread() for thread in threading.enumerate())


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens there, so that a port in use is known before networks are loaded.

    Raises:
        InputError: This is no address of this machine, or the port is in use.
    """
    if not isinstance(host, str) or not host:
        raise InputError("host is empty: give host=127.0.0.1 for this machine alone, or 0.0.0.0 for everybody")
    if at_least(0, port, "port") > _LAST_PORT:
        raise InputError(f"port={port} must be at most {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        other = (
            "another port, or port=0"
            if error.errno in (errno.EADDRINUSE, errno.EACCES)
            else "an address of this machine"
        )
        raise InputError(f"host={host} port={port} cannot be listened to ({reason}): give {other}") from error


def _hosts(host: str) -> list[str]:
    """The names under which the page may be asked for.

    On this machine alone only its own, so that no page of another site can pass itself off as this one (DNS rebinding).
    """
    if _is_loopback(host):
        return ["localhost", "127.0.0.1", "[::1]", host]
    print(
        f"inpaint-zoo: note: host={host}: everybody who reaches this machine can use the page; there is no password",
        file=sys.stderr,
    )
    return ["*"]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
