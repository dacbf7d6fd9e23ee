"""What processes share and what outlives them: System V's memory, semaphores and queues, POSIX's, keys."""

from __future__ import annotations

from tests.attacks.attack import probe

REMOVED = """
id = call("{get}", {arguments})
if id >= 0:
    call("{control}", id, {remove})
    breach(id)
"""


def system_v(kind: str, arguments: str, remove: str) -> str:
    """Make such an object and, where it could be made, remove it again."""
    return REMOVED.format(get=f"{kind}get", control=f"{kind}ctl", arguments=arguments, remove=remove)


ATTACKS = (
    probe("memory of System V", system_v("shm", "0, 4096, 0o1600", "0, 0")),
    probe("semaphores of System V", system_v("sem", "0, 1, 0o1600", "0, 0")),
    probe("a queue of System V", system_v("msg", "0, 0o1600", "0, 0")),
    probe(
        "memory of POSIX",
        """
        from multiprocessing import shared_memory
        try:
            made = shared_memory.SharedMemory(create=True, size=4096)
        except OSError:
            return
        made.close()
        made.unlink()
        breach(made.name)
        """,
    ),
    probe(
        "a semaphore of POSIX",
        """
        import _multiprocessing
        must_fail(_multiprocessing.SemLock, 0, 1, 1, f"/gradstep-attack{os.getpid()}", True)
        """,
    ),
    probe(
        "a queue of POSIX",
        """
        if call('mq_open', b'gradstep-attack', 66, 384, 0) >= 0:
            call('mq_unlink', b'gradstep-attack')
            breach('mq_open')
        """,
    ),
    probe("a key", 'must_be_refused("add_key", 0, 0, 0, 0, 0)'),
    probe("the keys of the session", 'must_be_refused("keyctl", 99)'),
)
