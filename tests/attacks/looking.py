"""Looking for what nobody may see: reference, seeds, expected values, the environment, other students' files."""

from __future__ import annotations

from tests.attacks.attack import STEP, harmless, probe

ATTACKS = (
    probe("imports the reference", "must_fail(__import__, 'reference')", limited={"pass", "error"}),
    probe(
        "imports the grader",
        """
        for each in ('harness.grading.expected', 'harness.runner.worker', 'harness.batch'):
            must_fail(__import__, each)
        """,
        limited={"pass", "error"},
    ),
    probe("imports the reference from its folder", "sys.path.insert(0, ROOT); must_fail(__import__, 'reference')"),
    probe(
        "opens the reference",
        "for each in ('__init__', 'spec', 'momentum'): must_fail(open, f'{ROOT}/reference/{each}.py')",
    ),
    probe("opens the grader", "must_fail(open, f'{ROOT}/harness/grading/expected.py')"),
    probe(
        "lists the reference",
        """
        import pkgutil
        for each in (ROOT, f"{ROOT}/reference", f"{ROOT}/harness", f"{ROOT}/harness/grading"):
            must_fail(os.listdir, each)
        if found := [each.name for each in pkgutil.walk_packages([f"{ROOT}/reference", f"{ROOT}/harness/grading"])]:
            breach(found)
        """,
    ),
    probe(
        "what is compiled of the reference",
        "must_fail(lambda: open(glob.glob(f'{ROOT}/reference/__pycache__/*.pyc')[0], 'rb'))",
    ),
    probe("its way around by /proc", "must_fail(open, f'/proc/self/root{ROOT}/reference/spec.py')"),
    probe(
        "its way around by dots",
        """
        import harness.worker
        must_fail(open, os.path.join(os.path.dirname(harness.worker.__file__), "..", "grading", "judge.py"))
        """,
    ),
    harmless(
        "what its own environment holds",
        """
        search(os.environ)
        with contextlib.suppress(PermissionError):
            search(open("/proc/self/environ", "rb").read())
        if left := {*os.environ} - {"PATH", "LANG", "PYTHONHASHSEED", "HOME", "TMPDIR", "LC_CTYPE"}:
            left = {name for name in left if not name.endswith("_NUM_THREADS")}
        if left:
            breach(left)
        """,
    ),
    probe(
        "the grader's environment",
        """
        with contextlib.suppress(OSError):
            search(open(f"/proc/{GRADER}/environ", "rb").read())
        """,
    ),
    probe(
        "every process's environment and command",
        """
        with contextlib.suppress(OSError):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for name in ("environ", "cmdline"):
                    with contextlib.suppress(OSError):
                        search(open(f"/proc/{pid}/{name}", "rb").read())
        """,
    ),
    probe(
        "which processes there are",
        """
        with contextlib.suppress(OSError):
            if others := {int(pid) for pid in os.listdir("/proc") if pid.isdigit()} - {1, os.getpid()}:
                breach(others)
        """,
    ),
    probe(
        "the grader's memory",
        """
        with contextlib.suppress(OSError):
            for piece in memory(GRADER): search(piece)
        """,
        at=STEP,
    ),
    probe("the zygote's memory", "must_fail(open, f'/proc/{os.getppid()}/mem', 'rb')"),
    harmless(
        "its own memory",
        """
        pieces = 0
        for piece in memory():
            search(piece)
            pieces += 1
        if not pieces and os.access("/proc/self/mem", os.R_OK):
            breach("nothing was looked at")
        """,
    ),
    harmless(
        "the seed in its own memory",
        """
        for piece in memory():
            words = np.frombuffer(piece[: len(piece) // 8 * 8], np.uint64)
            if (words ^ np.uint64(MASK) == np.uint64(MASKED)).any():
                breach("the seed")
        """,
        at=STEP,
    ),
    harmless(
        "every object that is collected",
        """
        for each in gc.get_objects():
            if type(each) is dict:
                for value in list(each.values()):
                    if type(value) in (str, bytes):
                        search(value)
            if inspect.ismodule(each) and each.__name__.partition(".")[0] in ("reference", "harness"):
                if not each.__name__.startswith(("harness.worker", "harness.adapters")) and each.__name__ != "harness":
                    breach(each.__name__)
        """,
    ),
    harmless(
        "the frames above it",
        """
        secret = {"reference", "expected", "seed", "witness", "tolerance", "assignment", "points"}
        for frame in [*sys._current_frames().values()]:
            while frame is not None:
                if found := secret & {*frame.f_code.co_varnames} if "harness" in frame.f_code.co_filename else ():
                    breach(found)
                search({name: value for name, value in frame.f_locals.items() if name != "files"})
                frame = frame.f_back
        """,
        at=STEP,
    ),
    harmless(
        "descriptors of others",
        """
        links = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
                 if os.path.lexists(f"/proc/self/fd/{fd}")]
        odd = [link for link in links if link != "/dev/null"]
        if len(links) - len(odd) != 1 or sorted(link.partition(":")[0] for link in odd) != ["pipe", "pipe", "socket"]:
            breach(links)
        """,
    ),
    probe("the descriptors of the zygote", "must_fail(os.listdir, f'/proc/{os.getppid()}/fd')"),
    probe("other submissions", "must_fail(os.listdir, FOLDER)\nmust_fail(open, f'{FOLDER}/control0.py')"),
    probe("a file beside the submissions", "must_fail(open, VICTIM)"),
    probe(
        "other workers' folders",
        """
        with contextlib.suppress(OSError):
            if others := [each for each in os.listdir(TEMPORARY) if each != os.path.basename(os.getcwd())]:
                breach(others)
        """,
        limited={"pass", "error"},
    ),
    probe("where others work", "must_fail(os.listdir, TEMPORARY)"),
    probe(
        "the machine's files",
        """
        for each in ("/etc/passwd", "/etc/hostname", "/proc/version", "/proc/1/cmdline", "/proc/1/mountinfo"):
            must_fail(open, each)
        for each in ("/", "/home", "/tmp", "/root", "/etc", "/var"):
            must_fail(os.listdir, each)
        """,
    ),
    probe(
        "watches a folder of others",
        """
        fd = libc.inotify_init1(0)
        if fd >= 0 and libc.inotify_add_watch(fd, FOLDER.encode(), 0xFFF) >= 0:
            breach("inotify")
        """,
    ),
    probe(
        "watches a folder by the older call",
        """
        import fcntl
        with contextlib.suppress(OSError):
            fcntl.fcntl(os.open(os.path.dirname(np.__file__), os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_RENAME)
            breach("F_NOTIFY")
        """,
        limited={"pass", "error"},  # not every kernel has it
    ),
    probe(
        "follows a link out",
        """
        with contextlib.suppress(OSError):
            os.symlink(VICTIM, "link")
        must_fail(open, "link")
        """,
    ),
    harmless(
        "what it was imported from",
        """
        import importlib.metadata
        search([str(each) for each in sys.meta_path])
        with contextlib.suppress(Exception):
            for each in importlib.metadata.distribution("gradstep").files or ():
                with contextlib.suppress(OSError):
                    search(each.read_binary())
        """,
        at=STEP,
    ),
)
