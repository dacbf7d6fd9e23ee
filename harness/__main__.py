"""``python -m harness`` is ``gradstep``."""

from harness.cli import main

main()
