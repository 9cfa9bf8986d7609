"""How fast an export is verified, decisions performed again, and in how much memory.

`python -m bench.verify [COUNT ...]`: for each count so many documents are submitted to an embedded
store, exported in one process and verified in another. The rate of durable decisions of the same
run stands beside it: performing again must not be slower than deciding was. The peak of memory of
both hardly grows with the records.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.policy_folder import read_set
from adapters.signing import SigningKeys
from adapters.store.opening import migrate, open_store
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submission
from api.usecases.casework.submitting import submit_all
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.verifying.running import verify
from api.verifying.versions import here
from bench.service import REQUESTERS, SUPPLIERS, many_people
from engine.cases.identities import Identities
from engine.verifying.heads import Outside

ACME = Path(__file__).parents[1] / "policies" / "acme"
NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)
WHO = Identities("rita", "portal")
TOGETHER = 32
KEY = "b:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def main(counts: list[int]) -> None:
    """A line for each count."""
    print("records  decided/s  exported/s  verified/s  performed/s  peaks of export, verify in MiB")
    for count in counts:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "x.countersign.zip"
            url = f"sqlite:///{Path(folder) / 'countersign.db'}"
            decided = _decided(count, Path(folder), url)
            exporting, peak_of_export = _apart("--export", url, str(path))
            total, checked, peak = _apart("--verify", str(path))
            print(
                f"{count:>7,}  {decided:>9,.0f}  {count / exporting:>10,.0f}"
                f"  {count / total:>10,.0f}  {count / max(total - checked, 1e-9):>11,.0f}"
                f"  {peak_of_export:>16,.0f}  {peak:>6,.0f}",
                flush=True,
            )


def _apart(*words: str) -> list[float]:
    """What a process of its own prints."""
    command = [sys.executable, "-m", "bench.verify", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def _decided(count: int, folder: Path, url: str) -> float:
    """How many of so many submissions were decided durably in a second."""
    migrate(url)
    store = open_store(url)
    resources = Resources(store)
    data = {file.name: file.read_bytes() for file in many_people(folder).glob("*.csv")}
    bootstrap(resources, read_set(ACME), data, WHO, "measuring", NOW - timedelta(days=1))
    began = time.perf_counter()
    for first in range(0, count, TOGETHER):
        numbers = range(first, min(first + TOGETHER, count))
        submit_all(resources, [Submission(order(n), "bench", WHO, NOW) for n in numbers])
    ended = time.perf_counter()
    store.close()
    return count / (ended - began)


def _exported(url: str, path: Path) -> None:
    """Seconds, and the peak of memory in MiB."""
    store = open_store(url)
    began = time.perf_counter()
    export(Resources(store), SigningKeys(KEY), "bench", Selection(), path, WHO, NOW)
    print(time.perf_counter() - began, _peak())
    store.close()


def order(number: int) -> dict[str, object]:
    """One of many orders of many people from many suppliers."""
    return {
        "type": "purchase_order",
        "id": f"PO-{number}",
        "entity": "US01",
        "requester": f"requester{number % REQUESTERS}",
        "currency": "USD",
        "cost_center": "cc100",
        "supplier": f"S-B{number % SUPPLIERS}",
        "lines": [{"number": 1, "net": f"{100 + number % 40_000}.00"}],
        "submitted_at": "2027-03-15T12:00:00Z",
    }


def _verified(path: Path) -> None:
    """Seconds with and without performing, and the peak of memory in MiB."""
    times = []
    for is_performing in (True, False):
        began = time.perf_counter()
        found = verify(path, Outside(), here(), is_performing=is_performing)
        times.append(time.perf_counter() - began)
        if found.steps[5].problem_count or found.steps[10].problem_count:
            raise SystemExit("the export does not verify")
    print(*times, _peak())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--verify"]:
        _verified(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--export"]:
        _exported(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(word) for word in sys.argv[1:]] or [2_000, 8_000])
