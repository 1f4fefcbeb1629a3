"""The server of the page: everything that it answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from inpaint_zoo.app.fills import MEDIA_TYPES, Result, TooLargeError, fill_task, preview
from inpaint_zoo.app.forms import MOST_SECONDS, check_form, read_image_field, read_task
from inpaint_zoo.app.methods import Offered
from inpaint_zoo.errors import InputError
from inpaint_zoo.pages import page_environment
from inpaint_zoo.runtime.refusals import machine_refusal

MOST_WAITING = 100
"""Requests that wait for their turn; further ones are turned away."""
_MOST_FIELDS, _MOST_FILES = 16, 2
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LOG = logging.getLogger(__name__)


class Server:
    """Answers requests; one image is filled at a time, so that memory and threads are those of one fill.

    Args:
        offered: What can be chosen, by name.
        most_pixels: Of an image.
    """

    def __init__(self, offered: Mapping[str, Offered], most_pixels: int) -> None:
        self.offered = offered
        self.most_pixels = most_pixels
        self.turn = anyio.Semaphore(1)
        self.page = (
            page_environment(Path(__file__).parent / "page")
            .get_template("app.html.j2")
            .render(
                offered=offered, most_pixels=most_pixels, most_seconds=MOST_SECONDS, shown=sorted(MEDIA_TYPES.values())
            )
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

            def work() -> tuple[str, Result]:
                task = read_task(form, options, self.most_pixels)
                return Path(str(task.image)).stem, fill_task(self.offered[model].method, task)

            stem, result = await self._in_turn(request, work)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{stem}_{model}{result.suffix}')}",
            "X-Hole-Ratio": f"{result.hole_ratio:.6f}",
            "X-Fill-Seconds": f"{result.seconds:.3f}",
            "X-Note": quote("; ".join(result.notes), safe=" ,;:"),
        }
        return Response(result.data, media_type=result.media_type, headers={**_HEADERS, **headers})

    async def preview(self, request: Request) -> Response:
        """An image as a PNG file, for browsers that cannot read its format."""
        async with self._form(request) as form:
            data = await self._in_turn(request, lambda: preview(read_image_field(form), self.most_pixels))
        return Response(data, media_type="image/png", headers=_HEADERS)

    def _form(self, request: Request) -> Any:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise HTTPException(403, "the page of another site asks for this")
        if self.turn.statistics().tasks_waiting >= MOST_WAITING:
            raise HTTPException(503, f"{MOST_WAITING} images wait already: try again later", {"Retry-After": "30"})
        return request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)

    async def _in_turn(self, request: Request, work: Callable[[], Any]) -> Any:
        """Call `work` in a thread when nothing else is at work; nothing, if nobody waits for it any more."""
        async with self.turn:
            if await request.is_disconnected():
                raise HTTPException(499, "nobody waits for this")
            return await run_sync(work)


def make_app(offered: Mapping[str, Offered], most_pixels: int, most_bytes: int, hosts: list[str]) -> Starlette:
    """The application, for any ASGI server.

    Args:
        offered: What can be chosen, by name.
        most_pixels: Of an image.
        most_bytes: Of a request.
        hosts: Names under which it may be asked for; `*` is any.
    """
    server = Server(offered, most_pixels)
    routes = [
        Route("/", server.show),
        Route("/models", server.models),
        Route("/fill", server.fill, methods=["POST"]),
        Route("/preview", server.preview, methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)],
        exception_handlers={InputError: _refused, HTTPException: _failed, Exception: _failed},
        max_body_size=most_bytes,
    )


async def _refused(request: Request, error: Exception) -> Response:
    status = 413 if isinstance(error, TooLargeError) else 400
    return PlainTextResponse(f"error: {error}\n", status, _HEADERS)


async def _failed(request: Request, error: Exception) -> Response:
    """One line for the user; the traceback of a bug goes to the log."""
    if isinstance(error, HTTPException):
        return PlainTextResponse(f"error: {error.detail}\n", error.status_code, {**_HEADERS, **(error.headers or {})})
    reason = machine_refusal(error)
    if reason is None:
        _LOG.error("a request failed", exc_info=error)
    return PlainTextResponse(f"error: {reason or 'something went wrong here; the log of the server tells what'}\n", 500)
