"""The server of the page: everything that it answers."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from inpaint_zoo.app.fills import Result, TooLargeError, fill_task, preview
from inpaint_zoo.app.forms import MOST_SECONDS, check_form, read_shown, read_task
from inpaint_zoo.app.methods import Offered
from inpaint_zoo.errors import InputError
from inpaint_zoo.pages import page_environment
from inpaint_zoo.runtime.refusals import machine_refusal

MOST_WAITING = 100
"""Requests that are being received or wait for their turn; further ones are turned away."""
_SECONDS_BETWEEN_LOOKS = 1.0
"""At whether somebody still waits."""
_SECONDS_TO_SEND = 120
"""For a whole form: whoever sends more slowly would keep others waiting."""
_NOBODY = 499
"""Status for a client that has left, as other servers log it."""
_ANSWERED = "GET /, GET /models, POST /fill, POST /preview"
_MOST_FIELDS, _MOST_FILES = 16, 2
_ROOM_FOR_FIELDS = 100_000
"""Bytes of a form beside its files."""
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LOG = logging.getLogger(__name__)


class FailedError(Exception):
    """A fill raised what it should not; its cause tells."""


class LeftError(Exception):
    """Nobody waits for a fill any more."""


class Server:
    """Answers requests; one image is filled at a time, so that memory and threads are those of one fill.

    Args:
        offered: What can be chosen, by name.
        most_pixels: Of an image.
        most_bytes: Of the files of a request.
    """

    def __init__(self, offered: Mapping[str, Offered], most_pixels: int, most_bytes: int) -> None:
        self.offered = offered
        self.most_pixels, self.most_bytes = most_pixels, most_bytes
        self.turns = {"fill": anyio.Semaphore(1), "preview": anyio.Semaphore(1)}
        self.waiting = 0
        self.page = (
            page_environment(Path(__file__).parent / "page")
            .get_template("app.html.j2")
            .render(offered=offered, most_pixels=most_pixels, most_bytes=most_bytes, most_seconds=MOST_SECONDS)
        )

    async def show(self, request: Request) -> Response:
        """The page."""
        return HTMLResponse(self.page, headers={**_HEADERS, "Content-Security-Policy": _POLICY})

    async def models(self, request: Request) -> Response:
        """What can be chosen."""
        known = [{"name": name, "title": one.title, "about": one.about} for name, one in self.offered.items()]
        return JSONResponse(known, headers=_HEADERS)

    async def fill(self, request: Request) -> Response:
        """Fill the image of a form; the result has its format."""
        async with self._form(request) as form:
            model, options = check_form(form, self.offered)

            def work(on_step: Callable[[], None]) -> Result:
                return fill_task(self.offered[model].method, read_task(form, options, self.most_pixels), on_step)

            result: Result = await self._in_turn("fill", request, work)
        headers = {
            "Content-Disposition": _attached(f"{result.stem}_{model}{result.suffix}"),
            "X-Hole-Ratio": f"{result.hole_ratio:.6f}",
            "X-Fill-Seconds": f"{result.seconds:.3f}",
            "X-Note": quote("; ".join(result.notes), safe=" ,;:"),
        }
        return Response(result.data, media_type=result.media_type, headers={**_HEADERS, **headers})

    async def preview(self, request: Request) -> Response:
        """An image, or a mask, as a PNG file, for browsers that cannot read it, or would read it otherwise."""
        async with self._form(request) as form:
            data = await self._in_turn("preview", request, lambda _: preview(*read_shown(form), self.most_pixels))
        return Response(data, media_type="image/png", headers=_HEADERS)

    @asynccontextmanager
    async def _form(self, request: Request) -> AsyncIterator[FormData]:
        """The form of a request, which counts as waiting until it is answered."""
        _refuse_strangers(request)
        if self.waiting >= MOST_WAITING:
            raise HTTPException(503, f"{MOST_WAITING} images wait already: try again later", {"Retry-After": "30"})
        self.waiting += 1
        try:
            self._refuse_large(int(request.headers.get("content-length", 0)))
            async with _received(request) as form:
                files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
                self._refuse_large(sum(file.size or 0 for file in files))
                yield form
        finally:
            self.waiting -= 1

    def _refuse_large(self, num_bytes: int) -> None:
        if num_bytes > self.most_bytes + _ROOM_FOR_FIELDS:
            raise TooLargeError(
                f"the files have {num_bytes / 1e6:.1f} MB, and {self.most_bytes / 1e6:g} are taken: send smaller "
                "ones, or start inpaint-zoo app with max_megabytes="
            )

    async def _in_turn(self, lane: str, request: Request, work: Callable[[Callable[[], None]], Any]) -> Any:
        """Call `work` in a thread when nothing else of its lane is at work, unless nobody waits for it any more."""
        turn = self.turns[lane]
        await _unless_left(request, turn.acquire)
        try:
            return await _until_left(request, work)
        except InputError:
            raise
        except LeftError as error:
            raise HTTPException(_NOBODY, "nobody waits for this") from error
        except Exception as error:
            raise FailedError(error) from error
        finally:
            turn.release()


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[FormData]:
    """The form of a request, if it comes in time."""
    try:
        with anyio.fail_after(_SECONDS_TO_SEND):
            form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
    except TimeoutError as error:
        raise HTTPException(408, f"the form did not come within {_SECONDS_TO_SEND} s: send smaller files") from error
    try:
        yield form
    finally:
        await form.close()


async def _look(request: Request, on_left: Callable[[], object]) -> None:
    """Call `on_left` once the client has left."""
    while not await request.is_disconnected():
        await anyio.sleep(_SECONDS_BETWEEN_LOOKS)
    on_left()


async def _unless_left(request: Request, wait: Callable[[], Awaitable[None]]) -> None:
    """Wait for something, but no longer than the client does."""
    is_done = False
    async with anyio.create_task_group() as group:
        group.start_soon(_look, request, group.cancel_scope.cancel)
        await wait()
        is_done = True
        group.cancel_scope.cancel()
    if not is_done:
        raise HTTPException(_NOBODY, "nobody waits for this")


async def _until_left(request: Request, work: Callable[[Callable[[], None]], Any]) -> Any:
    """What `work` returns, called in a thread with what raises LeftError once the client has left."""
    has_left, result, failure = threading.Event(), None, None

    def on_step() -> None:
        if has_left.is_set():
            raise LeftError

    async with anyio.create_task_group() as group:
        group.start_soon(_look, request, has_left.set)
        try:
            result = await run_sync(work, on_step, abandon_on_cancel=True)  # the server's end does not wait for it
        except Exception as error:  # raised behind the group, which would wrap it
            failure = error
        group.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return result


def _refuse_strangers(request: Request) -> None:
    """Refuse what the page of another site asks for; programs such as curl send none of these headers."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != request.headers.get("host")):
        raise HTTPException(403, "the page of another site asks for this")


def _attached(name: str) -> str:
    """The header that names a file, for programs that know ASCII only, too."""
    plain = re.sub(r"[^\w .()+-]", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def make_app(offered: Mapping[str, Offered], most_pixels: int, most_bytes: int, hosts: list[str]) -> Starlette:
    """The application, for any ASGI server.

    Args:
        offered: What can be chosen, by name.
        most_pixels: Of an image.
        most_bytes: Of a request.
        hosts: Names under which it may be asked for; `*` is any.
    """
    server = Server(offered, most_pixels, most_bytes)
    routes = [
        Route("/", server.show),
        Route("/models", server.models),
        Route("/fill", server.fill, methods=["POST"]),
        Route("/preview", server.preview, methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)],
        exception_handlers={
            InputError: _refused,
            HTTPException: _not_answered,
            FailedError: _broken,
            ClientDisconnect: _left,
        },
        max_body_size=2 * most_bytes + _ROOM_FOR_FIELDS,  # beyond it, nothing more is received
    )


async def _refused(request: Request, error: Exception) -> Response:
    status = 413 if isinstance(error, TooLargeError) else 400
    return PlainTextResponse(f"error: {error}\n", status, _HEADERS)


async def _not_answered(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code in (404, 405):
        detail = f"{request.method} {request.url.path[:80]} is not answered, but {_ANSWERED}"
    return PlainTextResponse(f"error: {detail}\n", error.status_code, {**_HEADERS, **(error.headers or {})})


async def _left(request: Request, error: Exception) -> Response:
    return PlainTextResponse("", _NOBODY)


async def _broken(request: Request, error: Exception) -> Response:
    """One line for the user; the traceback of a bug goes to the log."""
    reason = machine_refusal(error)
    if reason is None:
        _LOG.error("a request failed", exc_info=error.__cause__)
    text = f"error: {reason or 'something went wrong here; the log of the server tells what'}\n"
    return PlainTextResponse(text, 500, _HEADERS)
