"""Students' programs, right and wrong, for every algorithm: what the grader is measured by.

A file ``right_….py`` or ``wrong_….py`` holds a table of them and is found by its name. They repeat each other on
purpose: each is one student's file.
"""
