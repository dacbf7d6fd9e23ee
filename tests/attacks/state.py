"""Global state left behind: each must be gone with the process, and none may reach another submission.

That its own momentum suffers, which runs after it in the same process, is the submission's own affair.
"""

from __future__ import annotations

from tests.attacks.attack import PASS, STEP, Attack, harmless

TOO_DEEP = frozenset({"pass", "error", "crash"})
"""By how deep the worker itself goes, in this Python."""


def left(id: str, code: str, ends: frozenset[str] = PASS, other: frozenset[str] = PASS) -> Attack:
    return Attack(id, code, ends, ends, at=STEP, other=other)


ATTACKS = (
    left("numpy's error state", "np.seterr(all='raise')"),
    left("numpy's printing", "np.set_printoptions(precision=1, floatmode='fixed')"),
    left("random states", "import random\nrandom.seed(0); np.random.seed(0)"),
    left("warnings are errors", "import warnings\nwarnings.simplefilter('error')"),
    left(
        "the locale",
        """
        import locale
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')
        """,
    ),
    left("the mask of new files", "os.umask(0o777)"),
    left("the working directory", "with contextlib.suppress(OSError): os.chdir('/')"),
    left(
        "the environment",
        """
        os.environ.clear()
        os.environ['OMP_NUM_THREADS'] = '99'
        os.environ['LD_PRELOAD'] = 'x'
        """,
    ),
    left("the modules' path", "sys.path[:] = []; sys.path_hooks.clear(); sys.meta_path.clear()"),
    left(
        "the depth of recursion",
        "with contextlib.suppress(RecursionError): sys.setrecursionlimit(60)",
        TOO_DEEP,
        TOO_DEEP,
    ),
    left("signals that are blocked", "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))"),
    left(
        "limits of its own",
        """
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        """,
    ),
    harmless(
        "its standard input",
        """
        import fcntl
        if fcntl.fcntl(0, fcntl.F_GETFL) & os.O_APPEND: breach("another's flags")
        fcntl.fcntl(0, fcntl.F_SETFL, os.O_APPEND)
        """,
    ),
    left("its own priority", "with contextlib.suppress(OSError): os.nice(19)"),
    left(
        "the rounding of numbers",
        "ctypes.CDLL('libm.so.6').fesetround({'x86_64': 0x800}.get(platform.machine(), 0x400000))",
    ),
    left(
        "the default type of torch",
        """
        import torch
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(4)
        torch.set_grad_enabled(False)
        """,
    ),
    left(
        "torch's functions",
        """
        import torch
        torch.from_numpy = torch.as_tensor = torch.zeros = None
        torch.Tensor.add_ = None
        """,
    ),
    left("the collector", "gc.freeze(); gc.set_threshold(1)"),
)
