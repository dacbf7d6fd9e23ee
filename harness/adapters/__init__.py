"""The adapters that ship, and what other courses' adapters may want of them.

An adapter is run from its source in a worker, beside the student's module, and knows numpy only. Its ``adapt(module)``
is called once for each of the student's modules and returns a dict from names of the contract to objects of the
contract's forms, empty for a module that does not concern it. What it leaves out, or gives as None, is missing. An
object may say in ``student`` which function or class it drives, so that reports point there; an exception, in
``problem``, what the student did wrong, as a dict of the message's id (``kind``) and its parameters. An adapter may
also have

* ``MODULES = ("optim", "layers")``: only modules of these names are imported, wherever in the submission they lie. As
  a dict it says which algorithms the course has in each, which is told where one cannot be loaded;
* ``PACKAGE = "cs231n"``: the folder that they lie in; a submission may be only what it holds;
* ``FIXED = {"adam": {"eps": 1e-7}}``: hyper-parameters that the course hard-codes. No case passes them;
* ``SETTINGS = ("keep", "drop")``: what may follow its name after a colon, and is then found in ``SETTING``;
* ``before()``: called once, before the submission is imported, to supply what the students' Python had.

``MODULES``, ``FIXED`` and ``SETTINGS`` are read without running the file, so they must be literals.
"""

from __future__ import annotations

from harness.adapters._bridge import Rule, drives
from harness.adapters._draws import drawing
from harness.adapters._stand_ins import stand_in

__all__ = ["Rule", "drawing", "drives", "stand_in"]
