"""What a submission's process can see of the wall around it: each layer that others stand before, looked at itself.

A network that is not there cannot be told from one that no socket can be opened to. So that a layer that is missing is
missed all the same, these look at where the kernel has put them; below the level that the layer belongs to they raise.
"""

from __future__ import annotations

from tests.attacks.attack import ERROR, PASS, Attack

AT_STRICT = {"confined": ERROR, "isolated": ERROR}


def apart(id: str, namespace: str) -> Attack:
    """One that raises where it shares a namespace with the grader."""
    code = f"""
    if os.readlink("/proc/self/ns/{namespace}") == WORLD["{namespace}"]:
        raise RuntimeError("{namespace} is the grader's")
    """
    return Attack(id, code, PASS, ERROR, but={"confined": ERROR})


def counted(id: str, controller: str) -> Attack:
    """One that raises where it is in no control group of its own."""
    code = f"""
    groups = [line.split(":", 2) for line in open("/proc/self/cgroup").read().splitlines()]
    if not [path for _, names, path in groups if names in ("", "{controller}") and "/gradstep-" in path]:
        raise RuntimeError(f"nobody counts: {{groups}}")
    """
    return Attack(id, code, PASS, ERROR, but=AT_STRICT)


ATTACKS = (
    apart("its processes", "pid"),
    apart("its network", "net"),
    apart("its mounts", "mnt"),
    apart("its shared memory", "ipc"),
    apart("its host's name", "uts"),
    Attack(
        "its /proc",
        """
        if os.stat("/proc").st_dev == WORLD["proc"]:
            raise RuntimeError("/proc is the grader's")
        """,
        PASS,
        ERROR,
        but={"confined": ERROR},
    ),
    counted("its memory is counted", "memory"),
    counted("its threads are counted", "pids"),
    Attack(
        "three hundred threads",
        """
        threading.stack_size(1 << 16)
        try:
            for _ in range(300):
                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        except RuntimeError:
            return
        raise RuntimeError("300 threads were started")
        """,
        PASS,
        ERROR,
        but=AT_STRICT,
    ),
    Attack(
        "who it is",
        """
        if os.getuid() == WORLD["user"]:
            raise RuntimeError("it is who grades it")
        """,
        PASS,
        ERROR,
        but=AT_STRICT,
    ),
)
