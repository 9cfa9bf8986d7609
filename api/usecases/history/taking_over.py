"""A file of open documents is taken over: each goes on here, and what was approved is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from adapters.store.trail import Entry, append
from api.usecases.casework.importing import Load, NotImported
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.taking_over import TakenOver, take_over
from api.usecases.history.loading import LoadRefused, Progress, Wanted, digest_of_file
from api.usecases.history.rows import history_rows
from engine.recording import moment_text

Done = TakenOver | NotImported


def take_over_all(
    resources: Resources,
    wanted: Wanted,
    now: datetime,
    *,
    do_approvals_count: bool,
    progress: Progress = lambda done, of: None,
) -> list[Done]:
    """Takes every document of a file over, each in transactions of its own, and records it.

    The file is read to its end first. Raises `LogRefused` and `LoadRefused`, with nothing taken
    over, and what `take_over` raises, after which the same may be done again.
    """
    mapping = wanted.mapping
    if mapping.before > now:
        raise LoadRefused(f"expected `before` to have passed, it is {moment_text(now)} here")
    digest = digest_of_file(wanted.path)
    rows = [row for row in history_rows(wanted.path, mapping) if row is not None]
    load = Load(mapping.source, digest, mapping.before, wanted.who, now)
    done: list[Done] = []
    for count, row in enumerate(rows, start=1):
        if isinstance(row, NotImported):
            done.append(row)
        else:
            done.append(
                take_over(
                    resources, row, load, wanted.because, do_approvals_count=do_approvals_count
                )
            )
        progress(count, len(rows))
    with resources.store.transaction() as connection:
        append(connection, [_entry(wanted, load, do_approvals_count, done)])
    return done


def _entry(wanted: Wanted, load: Load, do_approvals_count: bool, done: list[Done]) -> Entry:
    body: Plain = {
        "file": wanted.path.name,
        "load": load.digest,
        "mapping": wanted.mapping_digest,
        "source": load.source,
        "do_approvals_count": do_approvals_count,
        **taken_over_plain(done),
        "who": load.who.plain(),
        "because": wanted.because,
    }
    return Entry("taken_over_all", None, load.now, body)


def taken_over_plain(done: list[Done]) -> Plain:
    """Counts, as JSON values."""
    taken = [each for each in done if isinstance(each, TakenOver)]
    tried = [one.code for each in taken for one in each.approvals]
    return {
        "new": sum(each.is_new for each in taken),
        "known": sum(not each.is_new for each in taken),
        "left_out": len(done) - len(taken),
        "approvals_counted": tried.count(""),
        "approvals_refused": len(tried) - tried.count(""),
    }


def told(done: list[Done]) -> Iterator[Plain]:
    """What became of each row, as JSON values."""
    for each in done:
        if isinstance(each, NotImported):
            said = {"code": each.code, "field": each.field, "message": each.message}
            yield {"place": each.row.place, "id": each.row.id, **said}
        else:
            approvals = [
                {
                    "person": one.approval.person,
                    "at": moment_text(one.approval.at),
                    "code": one.code,
                }
                for one in each.approvals
            ]
            case = {"case": each.case.number, "status": str(each.case.status)}
            yield {"place": each.row.place, "id": each.row.id, **case, "approvals": approvals}
