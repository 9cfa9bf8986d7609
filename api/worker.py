"""The worker: takes what is in the outbox to the ERPs, puts scheduled policy sets in force, and
asks again what waits for something.

It may be one of many, in this process and in others: whoever claims a parcel has it for a while,
and a claim that lapses (a process that died, a machine that went away) is taken up by the next.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.erp.connector import Fault
from adapters.store.cases import number_of
from adapters.store.in_force import Digests, digests
from adapters.store.outbox import Parcel, next_due, take
from api.breaker import Breaker
from api.usecases.casework.asking_again import ask_all_again
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.posting import Counter, deliver
from api.usecases.casework.resolving import Watch
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import (
    INTERNAL,
    Delivered,
    Result,
    is_about_connection,
)
from api.usecases.delegations.granting import grant_all
from api.usecases.policy_sets.activating import activate_due
from api.usecases.trail.checkpointing import NotSigned

log: Final = logging.getLogger(__name__)

MOST_DOUBLINGS: Final = 12


@dataclass(frozen=True, slots=True)
class Pace:
    """How many threads deliver, and how long is waited where nothing rings.

    `poll` is how soon at the latest what others have enqueued is seen, `ask_again` how often cases
    that lack something are asked although nothing else is in force: time passes too. `watch` is how
    often it is looked for what falls due.
    """

    threads: int = 1
    poll: timedelta = timedelta(seconds=1)
    ask_again: timedelta = timedelta(minutes=5)
    watch: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Signing:
    """How often a checkpoint of the trail is signed, and what signs and publishes it: `sign` gives
    its size, and at how many places it was not published.

    Where it was not, it is tried again after `again`, doubling up to `every`.
    """

    every: timedelta
    sign: Callable[[datetime], tuple[int, int]]
    again: timedelta = timedelta(minutes=1)


class Worker:
    """Threads that deliver, one that asks again, one that watches the time.

    `start()`, `wake()`, `stop()`.
    """

    def __init__(
        self,
        resources: Resources,
        counter: Counter,
        pace: Pace | None = None,
        breaker: Breaker | None = None,
        sign: Signing | None = None,
    ) -> None:
        self._resources = resources
        self._counter = counter
        self._pace = pace or Pace()
        self._breaker = breaker or Breaker()
        self._taking = threading.Lock()
        self._bell = threading.Condition()
        self._rung = 0
        self._is_stopping = False
        self._threads: list[threading.Thread] = []
        self._asked_for = Digests()
        self._asked_at: datetime | None = None
        self._people = Watch()
        self._signing = sign
        self._sign_at: datetime | None = None
        self._unpublished = 0  # times in a row

    def start(self) -> None:
        """Begins to work, in threads of its own that do not keep the process alive."""
        jobs = [self._deliver_all] * self._pace.threads + [self._ask_all, self._watch]
        for number, job in enumerate(jobs, start=1):
            name = f"worker-{number}"
            thread = threading.Thread(target=self._keep_on, args=(job,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        log.info("the worker has started", extra={"count": self._pace.threads})

    def wake(self) -> None:
        """Something was enqueued: whoever waits looks now."""
        with self._bell:
            self._rung += 1
            self._bell.notify_all()

    def stop(self, within: timedelta = timedelta(seconds=10)) -> bool:
        """Takes nothing new and waits for what is being sent; true where that came to its end.

        What did not is taken up again when its claim lapses, as after a crash.
        """
        with self._bell:
            self._is_stopping = True
            self._bell.notify_all()
        deadline = time.monotonic() + within.total_seconds()
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        left = sum(thread.is_alive() for thread in self._threads)
        log.info("the worker has stopped", extra={"count": left})
        return not left

    def deliver_one(self) -> Delivered | None:
        """Delivers the parcel whose turn it is; `None` where none is due."""
        parcel = self._take()
        if parcel is None:
            return None
        done = None
        try:
            done = deliver(self._resources, self._counter, parcel)
        finally:
            self._learn(parcel, done)
        _say(parcel, done)
        return done

    def activate_if_due(self) -> int:
        """Puts in force the policy sets that were scheduled for a moment that has come; how many.

        What was held because of the set before is asked again right after.
        """
        return activate_due(self._resources, self._counter.clock())

    def grant_if_approved(self) -> int:
        """Puts in force the delegations that were approved and are not yet; how many."""
        granted = grant_all(self._resources, self._counter.clock())
        if granted:
            log.info("approved delegations are in force", extra={"count": granted})
        return granted

    def ask_if_due(self) -> bool:
        """Asks again what lacks something, if something else is in force or it is time; whether."""
        now = self._counter.clock()
        with self._resources.store.reading() as connection:
            current = digests(connection)
        is_time = self._asked_at is None or now - self._asked_at >= self._pace.ask_again
        if not current.is_complete or not (is_time or current != self._asked_for):
            return False
        changed = ask_all_again(self._resources, now)
        self._asked_for, self._asked_at = current, now
        if changed:
            log.info("cases have another answer", extra={"count": changed})
            self.wake()
        return True

    def watch(self) -> int:
        """Does what is due by now: reminds, escalates, ends; how many things were done."""
        done = handle_all_due(self._resources, self._counter.clock())
        if done:
            log.info("deadlines were handled", extra={"count": done})
        return done

    def sign_if_due(self) -> bool:
        """Signs a checkpoint over every record there is, if it is time; whether it did."""
        now = self._counter.clock()
        if self._signing is None:
            return False
        if self._sign_at is not None and now < self._sign_at:
            return False
        every = self._signing.every
        self._sign_at = now + every  # also where it fails: it is said, and not at every turn
        try:
            size, missing = self._signing.sign(now)
        except NotSigned as problem:
            log.error("no checkpoint was signed", extra={"kind": type(problem).__name__})
            return False
        log.info("a checkpoint was signed", extra={"count": size})
        self._unpublished = min(self._unpublished + 1, MOST_DOUBLINGS) if missing else 0
        if missing:
            wait = self._signing.again * 2 ** (self._unpublished - 1)
            self._sign_at = now + min(wait, every)
        return True

    def resolve_if_due(self) -> int:
        """Asks others where people have changed, by a load or by time; on how many cases."""
        with self._resources.store.reading() as connection:
            if not digests(connection).is_complete:
                return 0
        changed = self._people.look(self._resources, self._counter.clock())
        if changed:
            log.info("others are asked on cases", extra={"count": changed})
            self.wake()
        return changed

    def _take(self) -> Parcel | None:
        """One thread at a time, so that after a pause only one document is tried."""
        with self._taking:
            now = self._counter.clock()
            paused = self._breaker.paused(now)
            with self._resources.store.transaction() as connection:
                until = now + self._counter.lease
                parcel = take(connection, uuid.uuid4().hex, now, until, paused)
            if parcel is not None:
                self._breaker.began(parcel.connection)
        return parcel

    def _learn(self, parcel: Parcel, done: Delivered | None) -> None:
        """What an attempt says of its connection."""
        name = parcel.connection
        error = done.error if done is not None else None
        if done is None or done.result is Result.LAPSED or (error and error.code == INTERNAL):
            self._breaker.let_go(name)
        elif error is None or not is_about_connection(error):
            self._breaker.got_through(name)
        else:
            throttled = done.due_at if error.fault is Fault.THROTTLED else None
            if self._breaker.failed(name, self._counter.clock(), throttled):
                log.warning("a connection pauses", extra={"connection": name})

    def _keep_on(self, job: Callable[[], None]) -> None:
        """Repeats a job until it is told to stop; nothing that goes wrong ends it."""
        while not self._is_stopping:
            try:
                job()
            except Exception as problem:
                log.error("the worker goes on", extra={"kind": type(problem).__name__})
                self._wait(self._rung, self._pace.poll)

    def _deliver_all(self) -> None:
        """Delivers until nothing is due, then waits."""
        rung = self._rung
        while not self._is_stopping and self.deliver_one() is not None:
            pass
        self._wait(rung, self._until_due())

    def _ask_all(self) -> None:
        self.activate_if_due()
        self.grant_if_approved()
        self.resolve_if_due()
        self.ask_if_due()
        with self._bell:
            self._bell.wait_for(lambda: self._is_stopping, self._pace.poll.total_seconds())

    def _watch(self) -> None:
        self.watch()
        self.sign_if_due()
        with self._bell:
            self._bell.wait_for(lambda: self._is_stopping, self._pace.watch.total_seconds())

    def _until_due(self) -> timedelta:
        with self._resources.store.reading() as connection:
            due = next_due(connection)
        if due is None:
            return self._pace.poll
        left = due - self._counter.clock()
        # A row that is due and not taken waits for another one, or for its connection.
        return min(left, self._pace.poll) if left > timedelta(0) else self._pace.poll

    def _wait(self, rung: int, longest: timedelta) -> None:
        with self._bell:
            self._bell.wait_for(
                lambda: self._is_stopping or self._rung != rung, longest.total_seconds()
            )


def _say(parcel: Parcel, done: Delivered) -> None:
    """One line for each attempt. What the ERP said may quote the document and is not in it."""
    code = done.error.code if done.error is not None else ""
    log.info(
        "a posting was attempted",
        extra={
            "case_number": number_of(parcel.case_id),
            "connection": parcel.connection,
            "attempt": parcel.attempts,
            "state": str(done.result),
            "code": code,
            "due_at": done.due_at,
        },
    )
