"""Judges numbers: what is expected, how far off is right, which mistake explains the rest."""
