"""From submissions to results.

Expected values are computed once a batch, torch's in a process of their own while the first submissions run, or once a
machine where they are of public cases. Each submission then costs its own code, a fork and a comparison. torch is
imported, by a zygote, when a submission names it or it is to be asked.
"""

from __future__ import annotations

import hashlib
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, partial
from types import TracebackType
from typing import TypeAlias

from harness.adapter import Adapter
from harness.assignment import PUBLIC_SEED, Assignment
from harness.batch import accounts, known, resume
from harness.batch.store import Store
from harness.grading import witness
from harness.grading.expected import Reference
from harness.grading.forms import ANSWERS, FORMS
from harness.grading.judge import Witness
from harness.grading.verdict import Verdict, passes_alone, read_replies, repeats, scored, suspect, verdict
from harness.grading.witness import Testimony
from harness.intake import Submission, narrowed
from harness.results import (
    AlgorithmResult,
    AssignmentInfo,
    CaseResult,
    LoadError,
    Message,
    Printed,
    Source,
    Status,
    SubmissionResult,
)
from harness.results.journal import Journal
from harness.runner import cgroups, scratch, session
from harness.runner.forks import ForkError, ForkServer
from harness.runner.isolation import Isolation, basic
from harness.runner.replies import MALFORMED, Loaded, Offer, Ran
from harness.runner.worker import AUTOGRAD, PRELOAD, AdapterCode, Limits, Task
from harness.worker import wire
from reference import Page, pages

WITNESS_SECONDS = 120.0

_SEVERITY: Sequence[Status] = (
    "harness_error",
    "forbidden",
    "timeout",
    "crash",
    "memory",
    "error",
    "fail",
    "dialect",
    "pass",
)
"""Which of two backends' statuses counts: the first of these."""


Alone: TypeAlias = Callable[..., object]
"""Runs one task of one submission in a fresh worker: :func:`harness.runner.session.run_alone`."""


class Batch:
    """A context manager: processes are started inside it and none is left after it.

    With an ``adapter``, what that gives for a submission is graded, by the hyper-parameters that it fixes.

    torch is asked for its values of everything, or, where it is not ``beside_all``, only when wrong ones are told of,
    which are shown beside them. What it says of the public cases is kept in the ``store`` and taken from there, and so
    is what the slide's algorithm comes to, where students check their ``own`` code.
    """

    def __init__(
        self,
        assignment: Assignment,
        *,
        seed: int,
        jobs: int,
        adapter: Adapter | None = None,
        isolation: Isolation | None = None,
        store: Store | None = None,
        beside_all: bool = True,
        own: bool = False,
    ) -> None:
        self.assignment = assignment
        self.seed = seed
        self.jobs = jobs
        self.adapter = adapter
        self.isolation = isolation or basic()
        self.limits = Limits(assignment.seconds, assignment.memory_mb, assignment.submission_seconds, assignment.forbid)
        self.store = store if seed == PUBLIC_SEED else None  # whoever finds hidden values has what is expected
        self.beside_all, self.own = beside_all, own
        self.devices: tuple[str, ...] = ("cpu",)
        self.witness_fault: str | None = None
        self.running: dict[str, float] = {}  # the submissions at work, by id, and since when by ``time.monotonic``
        self.seconds: dict[str, float] = {}  # how long the code of each ran that is done
        self._recalled: set[str] = set()
        self._judging = threading.Lock()  # trajectories are computed as they are looked at, by one thread at a time
        self._stack = ExitStack()  # ends the processes first, which wakes the threads that wait for them
        self._servers: dict[bool, ForkServer] = {}
        self._starting = threading.Lock()
        self._leaving = False
        self._testimony: Future[Testimony | None] | None = None

    def __enter__(self) -> Batch:
        scratch.sweep()
        if self.isolation.strict:
            cgroups.sweep()
        self._pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="grade")
        self._stack.callback(self._pool.shutdown, cancel_futures=True)
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="witness")
        self._stack.callback(self._helper.shutdown)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._starting:
            self._leaving = True
        self._stack.close()
        if kind is None and self.store and self.own:
            known.keep_expected(self.store, self.references.values())

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        """What is expected of each algorithm that is asked for. Drawing the cases takes long enough to start zygotes
        first."""
        fixed = self.adapter.fixed if self.adapter else {}
        return {id: Reference(pages()[id].fixing(fixed.get(id, {})), self.seed) for id in self.assignment.points}

    @cached_property
    def info(self) -> AssignmentInfo:
        """What is graded. The fingerprint is slow to compute on purpose: trying small seeds takes time."""
        fingerprint = hashlib.scrypt(str(self.seed).encode(), salt=b"gradstep seed", n=2**14, r=8, p=1, dklen=4).hex()
        points = sum(self.assignment.points.values())
        return AssignmentInfo(self.assignment.id, self.assignment.title, points, fingerprint)

    def grade(
        self, submissions: Sequence[Submission], journal: Journal | None = None, keys: Mapping[str, str] | None = None
    ) -> Iterator[SubmissionResult]:
        """Begin to grade each submission; results come as they are ready, in no particular order.

        With a ``journal`` each stands in it by then, and what stood in it and holds by the ``keys`` of
        :func:`harness.batch.resume.keys` is not run again. It can be called again: what was started or computed before
        is there still.
        """
        if self.adapter:
            submissions = [narrowed(each, self.adapter.modules) for each in submissions]
        servers = self._start(submissions)
        grade = partial(self._journaled, journal, keys or {}) if journal else self._grade
        futures = [self._pool.submit(grade, each, servers.get(self._with_torch(each))) for each in submissions]
        return (future.result() for future in as_completed(futures))

    # -- processes ------------------------------------------------------------------------------------------------

    def _start(self, submissions: Sequence[Submission]) -> Mapping[bool, ForkServer]:
        """A zygote without torch and one with it, as far as these need them."""
        kinds = {self._with_torch(each) for each in submissions if not each.problem}
        more = AUTOGRAD if any(each.mentions_autograd for each in submissions) else ()
        servers = {kind: self._server(kind, more) for kind in sorted(kinds, reverse=True)}  # torch takes longest
        if self.witness_fault:  # it may have been the zygote that died since
            self.witness_fault = self._testimony = None
        self.references.keys()  # drawn here, while the zygotes import, before several threads ask for them
        if self.beside_all and kinds:
            self._asked()
        return servers

    def has_to_import_torch(self, submission: Submission) -> bool:
        """Whether it is run by the zygote with torch, and that is not there yet."""
        server = self._servers.get(True)
        there = server is not None and server.alive and server.ready
        return not submission.problem and self._with_torch(submission) and not there

    def ask_torch_ahead(self) -> None:
        """Begin to ask torch, which takes a moment, before there are wrong values to be told of; between two gradings
        only."""
        self._asked()

    def abandon(self, submission: Submission) -> None:
        """End what it runs in now, for a result that nobody waits for any longer: it is a fault of the harness."""
        if (server := self._servers.get(self._with_torch(submission))) is not None:
            server.close()

    def _server(self, with_torch: bool, more: Sequence[str] = ()) -> ForkServer:
        """The zygote of a kind, started when it is first needed, and again when it has died; beside torch it imports
        ``more``, which takes time to import and is not always used."""
        with self._starting:
            if self._leaving:
                raise ForkError("the batch has ended")
            server = self._servers.get(with_torch)
            if server is None or not server.alive:
                preload = (*PRELOAD, "torch", *more) if with_torch else PRELOAD
                server = self._stack.enter_context(ForkServer(preload, self.isolation, self.limits.forbid))
                self._servers[with_torch] = server
            return server

    def _with_torch(self, submission: Submission) -> bool:
        """Whether it is run where torch is imported already: not where all of it is barred."""
        return submission.mentions_torch and "torch" not in self.limits.forbid

    def _asked(self) -> Future[Testimony | None]:
        """What torch says of every case, sooner or later."""
        if self._testimony is None:
            self._testimony = self._helper.submit(self._ask_torch)
        return self._testimony

    def _witnesses(self, id: str) -> Sequence[Sequence[Witness]]:
        testimony = self._asked().result()
        return testimony.witnesses[id] if testimony else ()

    def _ask_torch(self) -> Testimony | None:
        """torch's values, of what is not known of them from before. Without them the reference still decides: the fault
        is kept, no student pays for it."""
        pages = [each.page for each in self.references.values()]
        told = known.testimony(self.store, pages)
        if lacking := [page for page in pages if page.id not in told.witnesses or not told.devices]:
            try:
                new = self._told(self._server(True), lacking)
            except (ForkError, OSError, wire.Closed, wire.WireError) as error:
                if not self._leaving:  # else nobody waited for it
                    self.witness_fault = f"torch could not be asked for its values: {error or type(error).__name__}"
                return None
            known.keep(self.store, new, lacking)
            told = Testimony({**told.witnesses, **new.witnesses}, new.devices)
        self.devices = told.devices
        return told

    def _told(self, server: ForkServer, lacking: Sequence[Page]) -> Testimony:
        child = server.fork(witness.ENTRY)
        try:
            return witness.ask(child.sock, lacking, self.seed, WITNESS_SECONDS)
        finally:
            server.bury(child)

    @cached_property
    def _tasks(self) -> tuple[Task, ...]:
        return tuple(_task(each) for each in self.references.values())

    @cached_property
    def _code(self) -> AdapterCode | None:
        """The adapter as the worker needs it."""
        return AdapterCode(self.adapter.file, self.adapter.source, self.adapter.setting) if self.adapter else None

    # -- one submission -------------------------------------------------------------------------------------------

    def _journaled(
        self, journal: Journal, keys: Mapping[str, str], submission: Submission, server: ForkServer | None
    ) -> SubmissionResult:
        """Grade what is not known and put all into the journal: here, where Ctrl-C does not come in between."""
        kept = resume.kept(journal.record(submission.id), submission, keys)
        own = dict(kept)
        result = self._grade(submission, server, own)
        if kept and resume.doubtful(result.algorithms, kept):
            own = {}
            result = self._grade(submission, server, own)
        if not self._leaving:  # else it is that the processes were ended
            journal.append(resume.record(result, own, keys, self.devices, whole=self.witness_fault is None))
        return result

    def _grade(
        self, submission: Submission, server: ForkServer | None, own: dict[str, resume.Own] | None = None
    ) -> SubmissionResult:
        """The algorithms in ``own`` are not run: that is what they came to. Those that are run are put into it."""
        own = {} if own is None else own
        if submission.problem:
            return self._unloaded(submission, "error", LoadError(Message(submission.problem)))
        assert server is not None  # it was started for what can be read
        self.running[submission.id] = time.monotonic()
        try:
            kept = dict(own)
            try:
                return self._run(submission, server, own)
            except ForkError:  # what was killed takes all that came from it along: once more, from another
                if self._leaving:
                    raise
                own.clear()
                own.update(kept)
                return self._run(submission, server, own)
        except ForkError as error:
            return self._ours(submission, str(error))
        except Exception:  # a bug of ours: it must not cost this student a point, nor the others their results
            return self._ours(submission, traceback.format_exc(limit=-3))
        finally:
            self.running.pop(submission.id, None)

    def _run(self, submission: Submission, server: ForkServer, own: dict[str, resume.Own]) -> SubmissionResult:
        """Raises :class:`ForkError`."""
        ran = session.run(server, submission, self._tasks, self.limits, self._code, kept=own)
        self.seconds[submission.id] = time.monotonic() - ran.begun
        alone = partial(session.run_alone, server, submission, limits=self.limits, adapter=self._code, ends=ran.ends)
        judged = self._judged(submission, ran, alone, own)
        if not ran.output.total:
            return judged
        return replace(judged, printed=Printed(ran.output.text, None if ran.cut_short else ran.output.total))

    def _judged(
        self, submission: Submission, ran: session.Session, alone: Alone, own: dict[str, resume.Own]
    ) -> SubmissionResult:
        if not isinstance(ran.loaded, Loaded):
            return self._unloaded(submission, *accounts.unloaded(ran.loaded, self.limits))
        loaded = ran.loaded
        asked = (name for offer in loaded.offers.values() for name in offer.backends)
        if odd := [name for name in asked if name not in session.BACKENDS]:
            return self._unloaded(submission, "error", LoadError(Message("bad_backend", {"value": odd[0]})))
        error = None
        if loaded.failed:
            status, error = accounts.unloaded(loaded.failed[0], self.limits)
            if not loaded.offers and not loaded.courses:
                return self._unloaded(submission, status, error)
        if loaded.courses and not loaded.offers:
            return self._unloaded(submission, "error", LoadError(accounts.in_another_course(loaded.courses[0])))
        notes = [*self._adapter_notes(loaded), *accounts.load_notes(submission, loaded)]
        notes += accounts.names_barred(submission, self.limits)
        algorithms = []
        for id in self.references:
            if id in loaded.offers and loaded.offers[id].shape:
                result = self._in_another_shape(id, loaded.offers[id])
            elif id in loaded.offers:
                if id not in own:
                    own[id] = self._algorithm_or_fault(id, loaded.offers[id], ran.outcomes[id], alone)
                result = own[id].result
                notes += own[id].notes
            else:
                result = self._without_cases(id, "missing", self._missing(id, loaded))
            algorithms.append(result)
        return self._result(submission, _in_order(algorithms), error, tuple(notes))

    def _adapter_notes(self, loaded: Loaded) -> list[Message]:
        """That an adapter was used, and which names it gave that are no algorithm's: no student's fault."""
        if not self.adapter:
            return []
        notes = [Message("adapted", {"adapter": self.adapter.name})]
        if unknown := [name for name in loaded.names if name not in pages()]:
            notes.append(Message("adapter_names", {"adapter": self.adapter.name, "names": unknown}))
        return notes

    def _missing(self, id: str, loaded: Loaded) -> Message:
        if id in loaded.lost:
            return Message("not_loaded", {"file": loaded.lost[id]})
        if self.adapter:
            return Message("not_adapted", {"adapter": self.adapter.name, "modules": list(self.adapter.modules)})
        return Message("missing", {"call": pages()[id].call})

    def _in_another_shape(self, id: str, offer: Offer) -> AlgorithmResult:
        """Code that only an adapter reaches."""
        message = Message("other_shape", {"adapter": offer.shape, "name": offer.name})
        result = self._without_cases(id, "error", message)
        return replace(result, form=offer.form, source=Source(offer.file, offer.line))

    def _algorithm_or_fault(
        self, id: str, offer: Offer, outcomes: Mapping[str, session.Outcome], alone: Alone
    ) -> resume.Own:
        """A bug of ours that one algorithm meets costs that one no point, and gives the others none."""
        try:
            return self._algorithm(id, offer, outcomes, alone)
        except ForkError:
            raise
        except Exception:
            message = Message("harness_error", {"text": traceback.format_exc(limit=-3)})
            return resume.Own(self._without_cases(id, "harness_error", message, self.assignment.points[id]))

    def _algorithm(self, id: str, offer: Offer, outcomes: Mapping[str, session.Outcome], alone: Alone) -> resume.Own:
        """One algorithm, on the backend it asks for; where it takes both, it must be right on both."""
        verdicts = {
            backend: self._verdict(id, outcome, offer, partial(alone, backend=backend))
            for backend, outcome in outcomes.items()
        }
        decisive = min(verdicts, key=lambda backend: _SEVERITY.index(verdicts[backend].status))
        chosen = verdicts[decisive]
        points = [self._points(id, each) for each in verdicts.values()]
        cases: list[CaseResult] = []
        for at, (backend, each) in enumerate(verdicts.items()):
            cases += [replace(case, id=f"{case.id}@{backend}") if at else case for case in each.cases]
        notes = list(chosen.notes)
        if offer.others:
            others = {"algorithm": id, "chosen": f"{offer.name} ({offer.file})", "others": list(offer.others)}
            notes.append(Message("several_names", others))
        result = AlgorithmResult(
            id=id,
            status=chosen.status,
            points=sum(points) / len(points),
            max_points=self.assignment.points[id],
            form=offer.form,
            backend="torch" if decisive == "torch" else "numpy",
            diagnosis=chosen.diagnosis,
            cases=tuple(cases),
            message=chosen.message,
            source=Source(offer.file, offer.line),
        )
        return resume.Own(result, notes)

    def _verdict(self, id: str, outcome: session.Outcome, offer: Offer, alone: Alone) -> Verdict:
        if not isinstance(outcome, Ran):
            status, message = accounts.not_run(outcome, self.limits)
            return Verdict(status, (), message)
        if outcome.barred:
            return Verdict("forbidden", (), Message("forbidden", {"name": outcome.barred[0]}))
        found = self._judge(id, outcome)
        at = suspect(self.references[id], found)
        told = self._told_by_itself(id, at, outcome, alone) if at is not None else None
        if at is not None and told is not None:
            failing = sum(case.status != "pass" for case in found.cases)
            params = {"case": found.cases[at].id, "failing": failing, "total": len(found.cases)}
            return replace(found, message=Message(told, params))
        return replace(found, message=self._completed(found.message, id, offer))

    def _told_by_itself(self, id: str, at: int, ran: Ran, alone: Alone) -> str | None:
        """What running a failing case again, in workers that ran nothing before it, tells: that it is right there, or
        another thing each time."""
        task = next(task for task in self._tasks if task.id == id)
        again = alone(replace(task, cases=[task.cases[at]], draw=1))
        try:
            if not isinstance(again, Ran) or repeats(ran.cases[at], again.cases[0]):
                return None
            once_more = alone(replace(task, cases=[task.cases[at]], draw=2))
            if isinstance(once_more, Ran) and not repeats(again.cases[0], once_more.cases[0]):
                return "not_repeatable"
            with self._judging:
                return "state_survives" if passes_alone(self.references[id], at, again.cases[0]) else None
        except MALFORMED:
            return None

    def _judge(self, id: str, ran: Ran) -> Verdict:
        reference = self._reference(id)
        try:
            replays = read_replies(reference, ran.cases)
        except MALFORMED as error:
            return Verdict("error", (), Message("garbled", {"text": str(error)[:200]}))
        witnesses = self._witnesses(id) if self.beside_all else ()
        with self._judging:
            if self._leaving:  # nobody waits for it, and what it takes to judge the rest can take seconds
                raise ForkError("the batch has ended")
            return verdict(reference, replays, witnesses, None if self.beside_all else partial(self._witnesses, id))

    def _reference(self, id: str) -> Reference:
        """What is expected of an algorithm, with what is known of it from before."""
        with self._judging:
            if self.store and self.own and id not in self._recalled:
                self._recalled.add(id)
                known.recall(self.store, self.references[id])
        return self.references[id]

    def _completed(self, message: Message | None, id: str, offer: Offer) -> Message | None:
        """What the worker could not know and the message tells: the limit it met, the signature it should have."""
        if message and message.id == "memory":
            return Message("memory", {"mb": self.limits.memory_mb})
        if message and message.id == "signature":
            page = pages()[id]
            params = dict(message.params)
            called = params.pop("method", None) is not None or page.form == "layer"
            call = page.constructor if offer.form == "class" and not called else page.call
            return Message("signature", {**params, "call": call})
        return message

    def _points(self, id: str, found: Verdict) -> float:
        return scored(found, self.references[id], self.assignment) if found.cases else 0.0

    # -- results --------------------------------------------------------------------------------------------------

    def _result(
        self,
        submission: Submission,
        algorithms: Sequence[AlgorithmResult],
        load_error: LoadError | None = None,
        notes: tuple[Message, ...] = (),
    ) -> SubmissionResult:
        return SubmissionResult(
            id=submission.id,
            path=submission.path,
            sha256=submission.sha256,
            score=round(sum(each.points for each in algorithms), 6),
            max_points=sum(self.assignment.points.values()),
            load_error=load_error,
            notes=(*submission.notes, *notes),
            algorithms=tuple(algorithms),
        )

    def _without_cases(self, id: str, status: Status, message: Message | None, points: float = 0.0) -> AlgorithmResult:
        return AlgorithmResult(id, status, points, self.assignment.points[id], message=message)

    def _unloaded(self, submission: Submission, status: Status, error: LoadError) -> SubmissionResult:
        algorithms = [self._without_cases(id, status, None) for id in self.references]
        return self._result(submission, algorithms, error)

    def _ours(self, submission: Submission, text: str) -> SubmissionResult:
        """A fault of the harness: every algorithm keeps its points until it is graded again."""
        message = Message("harness_error", {"text": text})
        algorithms = [
            self._without_cases(id, "harness_error", message, self.assignment.points[id]) for id in self.references
        ]
        return self._result(submission, algorithms)


def _in_order(algorithms: Sequence[AlgorithmResult]) -> list[AlgorithmResult]:
    """The same, where one that fails for no known reason comes after one that is wrong as well, or right by another
    convention, told so."""
    status = {each.id: each.status for each in algorithms}
    return [_after(each, status.get(pages()[each.id].after, "pass")) for each in algorithms]


def _after(result: AlgorithmResult, before: Status) -> AlgorithmResult:
    if before in ("pass", "missing", "skipped") or result.message is None:
        return result
    if result.message.id not in ("diverges", "not_finite"):
        return result
    params = {**result.message.params, "needs": pages()[result.id].after}
    return replace(result, message=Message("after_dialect" if before == "dialect" else "after_wrong", params))


def _task(reference: Reference) -> Task:
    form, numbers = FORMS[reference.page.form], range(len(reference.cases))
    cases = [form.wire(reference, number) for number in numbers]
    answer = ANSWERS.get(reference.page.form)
    return Task(
        id=reference.page.id,
        form=reference.page.form,
        cases=cases,
        reply_bytes=sum(form.reply_bytes(reference, number) for number in numbers),
        after=reference.page.after,
        answer=answer and partial(answer, reference),
        questions=sum(run["questions"] for case in cases for run in case["runs"]) if answer else 0,
    )
