"""Around each request: its line in the log, its place in the metrics, and a last resort.

api.add_middleware(Observing, metrics=metrics)
note_readings(request, predictions)   # in a route: what was read
"""

import time
from collections import Counter
from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digits.recognition.predictions import Prediction
from digits.serving.api.logs import LONGEST, write_line
from digits.serving.api.metrics import Metrics
from digits.serving.api.problems import FAULT, problem_response

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GONE = 499  # as nginx notes a client that hung up; nobody sees it but the log


class Observing:
    """Middleware that sees a request come, and its answer go."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        """Stand before an application."""
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        scope.setdefault("state", {})["readings"] = []
        scope.pop("route", None)  # of the application around this one
        status, bytes_in, bytes_out = 0, 0, 0

        async def count_in() -> Message:
            nonlocal bytes_in
            message = await receive()
            bytes_in += len(message.get("body", b""))
            return message

        async def count_out(message: Message) -> None:
            nonlocal status, bytes_out
            status = message.get("status", status)
            bytes_out += len(message.get("body", b""))
            await send(message)

        fault: Exception | None = None
        try:
            await self.app(scope, count_in, count_out)
        except ClientDisconnect:
            status = GONE
        except Exception as error:
            fault = error
            if not status:
                await problem_response(500, FAULT)(scope, receive, count_out)
        self._note(scope, status, time.perf_counter() - started, bytes_in, bytes_out, fault)

    def _note(
        self,
        scope: Scope,
        status: int,
        seconds: float,
        bytes_in: int,
        bytes_out: int,
        fault: Exception | None,
    ) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", None)
        # Paths that strangers invent would each be a series of its own.
        self.metrics.count_request(f"/api{route}" if route else "other", method, status, seconds)
        readings: Sequence[Prediction] = scope["state"]["readings"]
        self.metrics.count_readings(readings)
        write_line(
            "request",
            error=fault,
            method=scope["method"][:LONGEST],
            path=scope["path"][:LONGEST],
            status=status,
            ms=round(seconds * 1000, 1),
            bytes_in=bytes_in,
            bytes_out=bytes_out,
            readings=Counter(prediction.status for prediction in readings),
        )


def note_readings(request: Request, predictions: Sequence[Prediction]) -> None:
    """Note what was read, for log and metrics."""
    request.state.readings = predictions
