"""The kernel's doors: namespaces, mounts, other calling conventions, more rights, what changes the machine.

A call's arguments are such that the kernel would find them wrong: only a refusal before it looks at them will do.
"""

from __future__ import annotations

from tests.attacks.attack import NOT_RIGHT, PASS, STEP, Attack, probe

CODE = """
if platform.machine() != "x86_64":
    os._exit(0)  # there is no such thing: the same end
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("{code}"))
act = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
result = act()
breach(f"the call gave {{result}}")
"""

ATTACKS = (
    probe(
        "a namespace of users",
        "if call('unshare', 0x10000000) == 0: breach('unshare')",
        at=STEP,
        limited={"pass", "error"},
    ),
    probe("a namespace of mounts", "must_be_refused('unshare', 0x20000)", limited={"pass", "error"}),
    probe(
        "a thread with namespaces of its own",
        "must_be_refused('clone', 0x20000 | signal.SIGCHLD, 0, 0, 0, 0)",
        limited=None,
    ),
    probe("mounts", "must_be_refused('mount', b'none', b'/no/such', b'tmpfs', 0, 0)", limited={"pass", "error"}),
    probe("unmounts", "must_be_refused('umount2', b'/no/such', 0)", limited={"pass", "error"}),
    probe("another root", "must_be_refused('chroot', b'/no/such'); must_be_refused('pivot_root', b'/no', b'/no')"),
    probe(
        "mounts by the newer calls",
        """
        must_be_refused('fsopen', b'no', 0)
        must_be_refused('open_tree', -1, b'/no', 0)
        must_be_refused('move_mount', -1, b'', -1, b'', 0)
        """,
    ),
    probe("enters a namespace", "must_be_refused('setns', -1, 0)"),
    probe(
        "io_uring",
        """
        must_be_refused('io_uring_setup', 0, 0)
        must_be_refused('io_uring_enter', -1, 0, 0, 0, 0, 0)
        must_be_refused('io_uring_register', -1, 0, 0, 0)
        """,
    ),
    probe("bpf", "must_be_refused('bpf', 99, 0, 0)", limited={"pass", "error"}),
    probe("performance counters", "must_be_refused('perf_event_open', 0, 0, -1, -1, 0)"),
    probe("page faults of its own", "must_be_refused('userfaultfd', 99)"),
    probe("another personality", "must_be_refused('personality', 0xFFFFFFFF)"),
    probe(
        "files by handle",
        """
        must_be_refused('open_by_handle_at', -1, 0, 0)
        must_be_refused('name_to_handle_at', -1, b'/no', 0, 0, 0)
        """,
    ),
    probe(
        "rights it does not have",
        """
        must_fail(os.setuid, 0 if os.getuid() else 12345)
        must_fail(os.setgroups, [0])
        """,
        limited=None,
    ),
    probe(
        "more rights than it has",
        """
        held = re.findall(r"Cap(?:Prm|Eff|Amb|Inh):\\t([0-9a-f]+)", open("/proc/self/status").read())
        if any(int(each, 16) for each in held):
            breach(held)
        """,
        limited={"pass", "error"},
    ),
    probe(
        "takes back that it gets no more rights",
        "if 'NoNewPrivs:\\t1' not in open('/proc/self/status').read(): breach('NoNewPrivs')",
    ),
    probe("a dump of itself", "must_be_refused('prctl', 4, 1, 0, 0, 0)"),
    probe("outlives its parent", "must_be_refused('prctl', 1, 0, 0, 0, 0); must_be_refused('prctl', 36, 1, 0, 0, 0)"),
    probe("the machine's clock", "must_be_refused('clock_settime', 1, 0)"),
    probe("the kernel's log", "must_be_refused('syslog', 99, 0, 0)"),
    probe(
        "modules of the kernel",
        """
        must_be_refused('finit_module', -1, 0, 0)
        must_be_refused('delete_module', 0, 0)
        """,
        limited=None,
    ),
    probe(
        "calls of a kernel to come",
        """
        for number in (470, 471, 480, 511):
            if libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.ENOSYS:
                breach(number)
        """,
        limited={"pass", "error"},  # an older kernel has none of them either
    ),
    probe(
        "every call that is refused",
        "for each in REFUSED: must_be_refused(each, 0, 0, 0, 0, 0, 0)",
        limited=None,  # some of them mean something without arguments
    ),
    Attack(
        "the other calling convention of x86-64",
        """
        if platform.machine() != 'x86_64':
            os._exit(0)
        if libc.syscall(ctypes.c_long(1073741824 + 39)) != -1:
            breach('x32')
        os._exit(0)
        """,
        frozenset({"crash"}),
        frozenset({"crash", "error"}),
    ),
    Attack(
        "the calls of 32 bits",
        CODE.format(code="b814000000cd80c3"),
        frozenset({"crash"}),
        frozenset({"crash", "error"}),
    ),
    probe("memory that is code", "mmap.mmap(-1, 4096, prot=7).write(b'x')", limited={"pass"}),
    Attack(
        "a filter of its own",
        """
        program = b"".join(struct.pack("HBBI", *each) for each in [(0x20, 0, 0, 0), (0x06, 0, 0, 0x7FFF0000)])
        code = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("HxxxxxxP", 2, ctypes.addressof(code))
        libc.prctl(38, 1, 0, 0, 0)
        number = {"x86_64": 317, "aarch64": 277}[platform.machine()]
        libc.syscall(ctypes.c_long(number), ctypes.c_long(1), ctypes.c_long(0), header)
        must_fail(os.fork) if WALLED else None
        """,
        PASS,
        PASS,
    ),
    Attack(
        "a filter that lets nothing through",
        """
        program = struct.pack("HBBI", 0x06, 0, 0, 0x00050000)
        code = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("HxxxxxxP", 1, ctypes.addressof(code))
        libc.prctl(38, 1, 0, 0, 0)
        number = {"x86_64": 317, "aarch64": 277}[platform.machine()]
        libc.syscall(ctypes.c_long(number), ctypes.c_long(1), ctypes.c_long(1), header)
        """,
        NOT_RIGHT,
        NOT_RIGHT,
        at=STEP,
    ),
)
