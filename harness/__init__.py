"""gradstep: grade every step."""

__version__ = "0.1.0"
