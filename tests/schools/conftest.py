"""Real workers for the tests of this folder."""

from tests.reporting.workers import redis_url, worker

__all__ = ["redis_url", "worker"]
