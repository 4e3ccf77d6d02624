"""What Prometheus can ask of a server, at /metrics."""

from collections.abc import Iterable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response

from digits.recognition.predictions import Prediction

# Seconds: a drawing takes some milliseconds, a photo some hundred.
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """Counters and gauges of one API, and those of its process.

    The owner of the gauges sets where they read their values: `slots` and `loaded`.
    """

    def __init__(self) -> None:
        """Start all at zero."""
        # A second series for each, with its time of creation, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        labels = ["route", "method", "status"]
        self.requests = Counter("digits_requests", "Requests answered.", labels, registry=registry)
        self.seconds = Histogram(
            "digits_request_seconds",
            "Time from a request's head to the end of its answer.",
            ["route"],
            buckets=BUCKETS,
            registry=registry,
        )
        self.readings = Counter(
            "digits_readings",
            "Digits read; a blank picture is one of digit ''.",
            ["status", "digit"],
            registry=registry,
        )
        self.refused = Counter(
            "digits_refused", "Requests without a free place.", registry=registry
        )
        self.slots = Gauge("digits_places_taken", "Requests at work or waiting.", registry=registry)
        self.loaded = Gauge(
            "digits_model_loaded", "1 when the model answers, else 0.", registry=registry
        )

    def count_readings(self, predictions: Iterable[Prediction]) -> None:
        """Count what was predicted."""
        for prediction in predictions:
            self.readings.labels(prediction.status, prediction.label or "").inc()

    async def answer(self, request: Request) -> Response:
        """Answer a request for all of it, in Prometheus' text format."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
