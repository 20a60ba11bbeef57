"""Suites that every implementation of a port passes: inherit one, say how to make the thing."""

from __future__ import annotations

from runtime.testing.conformance.blobs import BlobsConformance
from runtime.testing.conformance.executor import ExecutorConformance
from runtime.testing.conformance.files import FileAreaConformance
from runtime.testing.conformance.journal import JournalConformance
from runtime.testing.conformance.model_client import ModelClientConformance
from runtime.testing.conformance.vectors import VectorStoreConformance

__all__ = [
    "BlobsConformance",
    "ExecutorConformance",
    "FileAreaConformance",
    "JournalConformance",
    "ModelClientConformance",
    "VectorStoreConformance",
]
