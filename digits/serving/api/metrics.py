"""What Prometheus can ask of a server, at /metrics."""

from collections.abc import Callable, Iterable

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

# A series beside each other one, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Counters and gauges of one API; those of the process beside them."""

    def __init__(self) -> None:
        """Start all at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "digits_requests",
            "Requests answered.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "digits_request_seconds",
            "Time from a request's head to the end of its answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.readings = Counter(
            "digits_readings",
            "Digits read; a blank picture is one of digit ''.",
            ["status", "digit"],
            registry=self.registry,
        )
        self.refused = Counter(
            "digits_refused", "Requests without a free place.", registry=self.registry
        )
        self.places = Gauge(
            "digits_places_taken", "Requests at work or waiting.", registry=self.registry
        )
        self.loaded = Gauge(
            "digits_model_loaded", "1 when the model answers, else 0.", registry=self.registry
        )

    def watch(self, *, places: Callable[[], int], loaded: Callable[[], bool]) -> None:
        """Say where the gauges read their values."""
        self.places.set_function(places)
        self.loaded.set_function(loaded)

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def count_readings(self, predictions: Iterable[Prediction]) -> None:
        """Count what was read."""
        for prediction in predictions:
            self.readings.labels(prediction.status, prediction.label or "").inc()

    async def answer(self, request: Request) -> Response:
        """Answer a request for all of it, in Prometheus' text format."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
