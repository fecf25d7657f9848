"""The service's metrics, in the text format of Prometheus. One registry per service."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_LATEST

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class Metrics:
    """The counters and histograms of a service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "dga_http_requests", "Requests answered.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "dga_http_request_seconds",
            "Seconds from a request's head to the end of its response.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.names = Counter(
            "dga_names_scored", "Names by verdict.", ["verdict"], registry=self.registry
        )
        self.batch = Histogram(
            "dga_lookup_batch_names",
            "Single look-ups that were scored together.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=self.registry,
        )
        self.model = Gauge(
            "dga_model", "1 for the run that scores.", ["run"], registry=self.registry
        )
        self.switches = Counter(
            "dga_model_switches", "Times that another run was loaded.", registry=self.registry
        )

    def text(self) -> bytes:
        """All metrics in the exposition format."""
        return generate_latest(self.registry)
