"""Drools on the JVM, alpha-indexed: a Java program that times itself (CPU time of its thread).

The engine comes from the jar inside the wheel `drools-jpy`; a JDK is needed to compile the program.
No Python runs in the measured loop: inputs are written to files, and the row ids it prints are
verified here. The baseline is timed just before and just after.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from bench.limits import Index
from bench.timing import DOCS, Record, one_pass
from bench.workload import Doc, Row, make_docs, make_rows, naive_decide

PROGRAM = Path(__file__).parents[1] / "drools" / "DroolsBench.java"


class Absent(Exception):
    """What is needed is not on this machine; the text says what."""


def jar() -> Path:
    """The jar of the engine. Raises `Absent` where it, or a JDK, is missing."""
    missing = [tool for tool in ("javac", "java") if shutil.which(tool) is None]
    if missing:
        raise Absent(f"needs a JDK: no `{missing[0]}` on this machine")
    try:
        files = importlib.metadata.files("drools-jpy") or []
    except importlib.metadata.PackageNotFoundError:
        raise Absent("the package `drools-jpy` is not installed") from None
    for file in files:
        if file.name.endswith(".jar"):
            return Path(str(file.locate()))
    raise Absent("the package `drools-jpy` holds no jar")


def measure(n: int, budget: float) -> Record:
    """As `bench.timing.measure`. Raises `Absent`, and `CalledProcessError` where Java fails."""
    engine = jar()
    rows = make_rows(n)
    docs = make_docs(rows, DOCS)
    base = Index(rows)
    one_pass(base.decide, docs)
    reference = [one_pass(base.decide, docs)[0] for _ in range(30)]
    with tempfile.TemporaryDirectory() as folder:
        told, answers = _run(engine, Path(folder), rows, docs, budget)
    reference += [one_pass(base.decide, docs)[0] for _ in range(30)]
    equal = sum(got == naive_decide(rows, doc)[0] for got, doc in zip(answers, docs, strict=True))
    return {
        "build_ms": told["compile_ms"],
        "rss_mb": told["heap_mb"],
        "checked": len(docs),
        "equal": equal,
        "us": told["us"],
        "us_least": told["us_min"],
        "baseline_us": median(reference) * 1e6,
        "ratio": told["us"] / (median(reference) * 1e6),
    }


def _run(
    engine: Path, folder: Path, rows: list[Row], docs: list[Doc], budget: float
) -> tuple[dict[str, float], list[list[int]]]:
    subprocess.run(["javac", "-cp", engine, "-d", folder, PROGRAM], check=True, capture_output=True)
    table, questions, answers = (folder / name for name in ("rows.tsv", "docs.tsv", "ids.txt"))
    table.write_text("".join(_line(_row(row)) for row in rows))
    questions.write_text("".join(_line(_doc(doc)) for doc in docs))
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
    arguments = map(str, (table, questions, answers, budget))
    done = subprocess.run(
        ["java", "-Xmx4g", quiet, "-cp", f"{engine}:{folder}", "DroolsBench", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    ids = [[int(word) for word in line.split()] for line in answers.read_text().splitlines()]
    return told, ids


def _row(row: Row) -> tuple[object, ...]:
    capex = "" if row.capex is None else int(row.capex)
    return (row.id, row.entity, row.doc_type, row.category or "", row.lo, row.hi, capex)


def _doc(doc: Doc) -> tuple[object, ...]:
    return (
        *(doc[key] for key in ("entity", "doc_type", "category")),
        int(doc["capex"]),
        doc["amount"],
    )


def _line(words: tuple[object, ...]) -> str:
    return "\t".join(map(str, words)) + "\n"
