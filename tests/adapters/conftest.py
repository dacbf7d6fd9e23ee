"""The command, called in this process, as in the tests of the command line."""

from tests.cli.conftest import gradstep, zygotes  # noqa: F401  # fixtures are found by being there
