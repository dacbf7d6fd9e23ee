"""What counts in a submission, be it a folder or an archive."""

from __future__ import annotations

SOURCE_LIMIT = 4 << 20
"""Bytes of all sources of one submission together."""

FILES_LIMIT, DEPTH_LIMIT, ENTRIES_LIMIT = 1000, 32, 200_000
"""Python files of one submission, folders within one another, and what is looked at in all to find them."""

IGNORED = {"__pycache__", "__MACOSX", "node_modules", "venv"}


class Problem(Exception):  # noqa: N818  # a submission's, not an error of this program
    """Why a submission is not taken, as a message's id."""
