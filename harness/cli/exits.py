"""The exit codes, as interfaces to other programs: 0 says that everything asked for was done."""

from __future__ import annotations

FAILED = 1
"""A check failed, or with ``grade --fail-under`` a score was too low."""

USAGE = 2
"""Bad input: one sentence on standard error says which, and what to do."""

HARNESS_FAULT = 3
"""A fault of this program, never a student's."""

NOTHING_FOUND = 5
"""Nothing found to grade."""

INTERRUPTED = 130
"""Ended by Ctrl-C, as shells have it."""
