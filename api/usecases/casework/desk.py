"""Where submissions queue: what has arrived while others are being kept is kept together.

Reaching the disk takes as long for one document as for many, and a thread for each costs more than
it gives. So one thread takes whatever waits, keeps it in one transaction, and answers all of it.
Nothing is answered before it is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submission
from api.usecases.casework.submitting import Done, submit_all

MOST: Final = 32  # kept together: bounds how long one waits for the others

Answer = TypeVar("Answer")
Making = Callable[[], Submission | Answer]


class Desk:
    """Owns a thread from the first submission on, until it is closed."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._queue: SimpleQueue[tuple[Making[object], Future[object]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, make: Making[Answer]) -> Future[Done | Answer]:
        """What becomes of the submission that `make` gives, or what `make` answers instead.

        `make` is called by the desk's thread, in the order of arrival. The future raises what
        `make` raises; what keeping the document raises is its result.
        """
        future: Future[object] = Future()
        self._queue.put((make, future))
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="desk", daemon=True)
                self._thread.start()
        return future  # type: ignore[return-value]

    def close(self) -> None:
        """Keeps what has arrived, and ends the thread."""
        with self._lock:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
                self._thread = None

    def _serve(self) -> None:
        is_open = True
        while is_open:
            waiting = [self._queue.get()]
            while len(waiting) < MOST:
                try:
                    waiting.append(self._queue.get_nowait())
                except Empty:
                    break
            is_open = None not in waiting
            self._keep([each for each in waiting if each is not None])

    def _keep(self, waiting: list[tuple[Making[object], Future[object]]]) -> None:
        submissions, futures = [], []
        for make, future in waiting:
            if not future.set_running_or_notify_cancel():
                continue  # whoever sent it has gone before it was looked at
            try:
                made = make()
            except Exception as problem:
                future.set_exception(problem)
                continue
            if isinstance(made, Submission):
                submissions.append(made)
                futures.append(future)
            else:
                future.set_result(made)
        for future, done in zip(futures, self._kept(submissions), strict=True):
            future.set_result(done)

    def _kept(self, submissions: list[Submission]) -> list[Done]:
        try:
            return submit_all(self._resources, submissions)
        except Exception as problem:  # INVARIANT: every one that waits is answered
            return [problem] * len(submissions)
