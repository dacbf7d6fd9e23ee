"""The only code that shares a process with a student: it calls what it is told and gives back arrays.

Nothing here knows what is right. It imports the standard library, numpy and, if asked, torch; never the reference and
never the rest of the harness.
"""
