"""`python -m bench.what_if`: 100,000 documents decided under two sets, and how long that takes.

    python -m bench.what_if                  one change that speaks of every document, one of few
    python -m bench.what_if --documents 5000 --jobs 1

The set has 1,000 rows and is followed by chains of supervisors, as in `make bench`; people, orders
and rows are those of the workload, written as files and read as `countersign diff` reads them. CPU
seconds hold on a shared machine, too: half of them is the time on two cores of one's own. The
largest memory of the main process does not grow with the documents.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from api.usecases.drafts import load_draft
from api.usecases.submissions import submissions
from api.usecases.what_if.many import chunks, sides
from api.usecases.what_if.tally import Tally
from bench import sets
from bench.workload import ENTITIES, Doc, make_docs, make_rows
from engine.master_data import MasterData
from engine.money import Money, decimal_text

ROWS: Final = 1_000
BATCH: Final = 5_000


def write_set(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files of a set."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_data(folder: Path, data: MasterData) -> None:
    """Master data as the files that a company would export."""
    folder.mkdir()
    _table(
        folder / "people.csv",
        "id,name,entity,manager,level,first_day,last_day",
        (
            (
                who.id,
                who.name,
                who.entity,
                who.managers[0].value if who.managers else "",
                who.levels[0].value if who.levels else "",
                "2000-01-01",
                "",
            )
            for who in data.people.values()
        ),
    )
    held = (each for found in data.holdings.values() for each in found)
    _table(folder / "roles.csv", "role,person,for", ((h.role, h.person, h.scope) for h in held))
    _table(
        folder / "cost_centers.csv",
        "id,entity,owner,budget_holder",
        (
            (c.id, ENTITIES[0], c.owners[0].value, c.budget_holders[0].value)
            for c in data.cost_centers.values()
        ),
    )
    _table(
        folder / "suppliers.csv",
        "id,name,group,status",
        ((each.id, each.name, "", "") for each in data.suppliers.values()),
    )
    away = (each for found in data.absences.values() for each in found)
    _table(
        folder / "absences.csv",
        "person,from,to",
        ((a.person, f"{a.span.start:%Y-%m-%d}", f"{a.span.end:%Y-%m-%d}") for a in away),
    )


def _table(path: Path, head: str, rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(head.split(","))
        written.writerows(rows)


def plain(doc: Doc, number: int) -> dict[str, object]:
    """A document of the workload as JSON states it."""
    is_credit = doc["doc_type"] == "credit_note"
    amount = Money(-doc["amount"] if is_credit else doc["amount"], doc["currency"])
    return {
        "type": doc["doc_type"],
        "id": f"{doc['doc_id']}-{number}",
        "entity": doc["entity"],
        "requester": doc["requester"],
        "submitter": doc["requester"],
        "submitted_at": sets.NOW.isoformat(),
        "currency": doc["currency"],
        "amount": decimal_text(amount.minor, amount.currency),
        "supplier": doc["supplier"],
        "category": doc["category"],
        "capex": doc["capex"],
        "cost_center": doc["cost_center"],
    }


def write_documents(path: Path, count: int) -> None:
    """JSON lines; ids are never twice the same."""
    docs = make_docs(make_rows(ROWS), BATCH)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(plain(docs[number % len(docs)], number)) + "\n")


def changes(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """A change that speaks of every document, and one that speaks of a few."""
    organization = files["organization.yaml"].replace(b"up_to: 10000", b"up_to: 12000")
    name = next(
        name
        for name in sorted(files)
        if name.startswith("approvals/") and b"cost_center_owner" in files[name]
    )
    one = files[name].replace(b"cost_center_owner", b"budget_holder")
    return {
        "every document": {**files, "organization.yaml": organization},
        "one schedule": {**files, name: one},
    }


def cpu_seconds() -> float:
    """What this process and those it started have used so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measure(folder: Path, new: Path, jobs: int) -> tuple[float, float, Tally]:
    """Seconds to compare every document, wall and CPU."""
    drafts = load_draft(folder / "old"), load_draft(new)
    began, used = time.perf_counter(), cpu_seconds()
    both = sides(drafts, folder / "data", sets.NOW, datetime(2027, 3, 15, 15, tzinfo=UTC))
    tally = Tally()
    with submissions(str(folder / "documents.jsonl")) as found:
        for chunk in chunks(both, found.documents, jobs):
            tally.add(chunk)
    return time.perf_counter() - began, cpu_seconds() - used, tally


def main() -> None:
    """Measures both changes and prints a line for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.what_if")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    files = sets.files(make_rows(ROWS), chains=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_set(folder / "old", files)
        write_data(folder / "data", sets.master_data())
        write_documents(folder / "documents.jsonl", asked.documents)
        for number, (title, changed) in enumerate(changes(files).items()):
            new = folder / f"new{number}"
            write_set(new, changed)
            seconds, used, tally = measure(folder, new, asked.jobs)
            largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            sys.stdout.write(
                f"{title}: {tally.count:,} documents in {seconds:.1f} s ({used:.1f} s of CPU) "
                f"with {asked.jobs} processes; {tally.changed.count:,} changed, "
                f"{tally.proved:,} proved alike, {tally.refused_count:,} not accepted; "
                f"{largest:.0f} MB\n"
            )


if __name__ == "__main__":
    main()
