"""Counts the requests and predictions of this process for Prometheus, beside its memory and processor time."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics

LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
SHORT = (0.0001, 0.00025, 0.0005, *LATENCY[:9])
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "other"  # what is no operation: the page, and paths that do not exist


class Traffic:
    """The counters of one API process."""

    def __init__(self) -> None:
        # The times at which counters began would be as many series again, and nobody asks.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "clinic_http_requests",
            "Answered requests.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._latency = Histogram(
            "clinic_http_request_seconds",
            "From a request's arrival to the beginning of its answer.",
            ["route", "method"],
            buckets=LATENCY,
            registry=self.registry,
        )
        self.predictions = Histogram(
            "clinic_prediction_seconds",
            "Scaling the rows of a request and running the network on them.",
            buckets=SHORT,
            registry=self.registry,
        )

    def answered(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count one answer.

        Args:
            route: the template of the operation's path.
            method: as the client wrote it.
            status: of the answer.
            seconds: until it began.
        """
        labels = route or OTHER, method if method in METHODS else OTHER
        self._requests.labels(*labels, str(status)).inc()
        self._latency.labels(*labels).observe(seconds)
