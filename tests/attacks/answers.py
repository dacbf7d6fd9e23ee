"""What is given back for w: subclasses, lazy things, views of terabytes, cycles, objects, aliases; changed inputs."""

from __future__ import annotations

from tests.attacks.attack import NOT_RIGHT, STEP, answer, end

SUBCLASS = """
global Lying
class Lying(np.ndarray):
    shape = property(lambda self: hoard)
    dtype = property(lambda self: time.sleep(600))
    def __array__(self, *_): breach("asked")
    def __reduce__(self): breach("asked")
    def __eq__(self, other): return True
"""
LAZY = """
global Lazy
class Lazy:
    shape, dtype, ndim = (), np.dtype("float64"), 0
    def __array__(self, *_, **__): breach("asked")
    def __len__(self): time.sleep(600)
    def __iter__(self): time.sleep(600)
    def __float__(self): breach("asked")
    def __getattr__(self, name): return self
"""
META = """
global Any
class Meta(type):
    def __eq__(self, other): return True
    def __hash__(self): return hash(np.ndarray)
    __qualname__ = property(lambda _: time.sleep(600))
class Any(metaclass=Meta):
    pass
"""
CYCLE = "global cycle\ncycle = []\ncycle.append(cycle)"

ATTACKS = (
    answer("a subclass that lies", "w.view(Lying)", "fail", "error", code=SUBCLASS),
    answer("a lazy object", "Lazy()", "fail", "error", code=LAZY),
    answer("a class that equals every other", "Any()", "fail", "error", code=META),
    answer("a view of terabytes", "np.broadcast_to(w, (10**6, 10**6, *w.shape))", "fail", "error", "memory"),
    answer("one number for all", "np.lib.stride_tricks.as_strided(np.zeros(1), w.shape, (0,) * w.ndim)", "fail"),
    answer("a cycle", "cycle", "fail", "error", code=CYCLE),
    answer("an array of objects", "w.astype(object)", "fail", "error"),
    answer("an array of arrays of itself", "(lambda a: (a.fill(a), a)[1])(np.empty((), object))", "fail", "error"),
    answer("a list", "w.tolist()", "fail", "error"),
    answer("complex numbers", "w + 0j", "fail", "error"),
    answer("whole numbers", "w.astype(int)", "fail", "error"),
    answer("texts", "w.astype(str)", "fail", "error"),
    answer("times", "w.astype('datetime64[s]')", "fail", "error"),
    answer("records", "np.zeros(w.shape, 'f8,f8')", "fail", "error"),
    answer("a masked array", "np.ma.masked_all(w.shape)", "fail", "error"),
    answer("a file that is mapped", "np.memmap('x', float, 'w+', shape=(99,))", "fail", "error"),
    answer("nothing", "None", "fail", "error"),
    answer(
        "a dict that lies",
        "type('D', (dict,), {'__getitem__': lambda *_: breach('asked')})(w=w)",
        "pass",
        "fail",
        "error",
    ),
    answer("not a number", "w * np.nan", "fail", "error"),
    answer("infinity", "w + np.inf", "fail", "error"),
    answer("the other byte order", "w.astype(w.dtype.newbyteorder())", "pass", "fail"),
    answer("half the precision", "w.astype(np.float16)", "fail"),
    answer("one array, changed under the grader's hands", "hoard.append(w) or w", "pass"),
    answer("a generator of itself", "(yield w)", "fail", "error", "pass"),
    end(
        "the gradients changed",
        """
        for each in gc.get_objects():
            if type(each).__name__ == "Gradients":
                each.grads = each.grads * 0
        """,
        "fail",
        at=STEP,
    ),
    end(
        "the record of what it did changed",
        """
        for each in gc.get_objects():
            if type(each).__name__ == "Record":
                each.add = lambda *_: None
                each.problem = None
        """,
        "fail",
        "error",
        at=STEP,
    ),
    end(
        "the record filled with more than was asked for",
        """
        for each in gc.get_objects():
            if type(each).__name__ == "Record":
                each.w = [np.zeros(each.shape)] * 10**5
        """,
        *NOT_RIGHT,
        at=STEP,
    ),
)
