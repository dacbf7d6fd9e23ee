"""The results in other systems' files, one module a format."""

from __future__ import annotations

from harness.export.gradebook import write_gradebook

__all__ = ["write_gradebook"]
