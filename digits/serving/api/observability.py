"""Around each request: its line in the log, its place in the metrics, and a last resort.

api.add_middleware(Observability, metrics=metrics)
note_predictions(request, predictions)   # in a route
"""

import time
from collections import Counter
from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digits.recognition.predictions import Prediction
from digits.serving.api.logs import MAX_LOG_CHARS, write_line
from digits.serving.api.metrics import Metrics
from digits.serving.api.problems import FAULT, problem_response

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GONE = 499  # as nginx notes a client that hung up; nobody sees it but the log


class Observability:
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
        predictions: list[Prediction] = []
        scope.setdefault("state", {})["predictions"] = predictions
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
        seconds = time.perf_counter() - started
        # Methods and paths that strangers invent would each be a series of its own.
        method = scope["method"] if scope["method"] in METHODS else "other"
        path = getattr(scope.get("route"), "path", None)
        route = f"/api{path}" if path else "other"
        self.metrics.requests.labels(route, method, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        self.metrics.count_readings(predictions)
        write_line(
            "request",
            error=fault,
            method=scope["method"][:MAX_LOG_CHARS],
            path=scope["path"][:MAX_LOG_CHARS],
            status=status,
            ms=round(seconds * 1000, 1),
            bytes_in=bytes_in,
            bytes_out=bytes_out,
            readings=Counter(prediction.status for prediction in predictions),
        )


def note_predictions(request: Request, predictions: Sequence[Prediction]) -> None:
    """Note what was predicted, for log and metrics."""
    request.state.predictions.extend(predictions)
