"""A verification as a page to file: what an auditor's working paper has to say of his evidence.

What was obtained, from whom and when; how its completeness and accuracy were tested; what was
found, with every exception; and with which program. One file without scripts, which prints well.
Source: PCAOB AS 1105, .10 (information produced by the company) and .10A.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

from api.verifying.report import SAID, WORDS
from api.verifying.running import Verification
from engine.trail.notes import NoteRefused, key_of
from engine.verifying.manifest import Manifest
from engine.verifying.steps import Outcome, Step

_STYLE: Final = """
body { font: 11pt/1.45 Georgia, serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 1.8em; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: bold; }
th, td { text-align: left; vertical-align: top; padding: .25em .6em;
  border-bottom: 1px solid #bbb; }
code { font-size: .85em; overflow-wrap: anywhere; }
.failed { font-weight: bold; } .verdict { border: 2px solid; padding: .6em 1em; font-size: 1.1em; }
@media print { body { margin: 0; max-width: none; } tr, li { break-inside: avoid; } }
"""
# How each step tests what an auditor has to know of information that the company produced.
_TESTS: Final = {
    1: "accuracy",
    2: "accuracy",
    3: "completeness",
    4: "authenticity",
    5: "accuracy",
    6: "completeness over time",
    7: "accuracy",
    8: "accuracy",
    9: "completeness",
    10: "re-performance",
    11: "existence at a time",
}


def page_of(
    found: Verification,
    file: str,
    keys: Sequence[str],
    earlier: Sequence[Path],
    verifier: Mapping[str, str],
) -> str:
    """The page. `file` is the name of the export, `keys` and `earlier` what was given from outside,
    as it was given."""
    parts = [
        f"<h1>Verification of {escape(file)}</h1>",
        f'<p class="verdict">{escape(SAID[found.verdict])}</p>',
        *_obtained(found, file),
        *_tested(found, keys, earlier),
        *_counted(found.manifest),
        *_exceptions(found),
        *_program(found, verifier),
    ]
    head = f'<meta charset="utf-8"><title>Verification of {escape(file)}</title>'
    body = "\n".join(parts)
    head = f'<html lang="en"><head>{head}<style>{_STYLE}</style></head>'
    return f"<!doctype html>\n{head}\n<body>\n{body}\n</body></html>\n"


def _obtained(found: Verification, file: str) -> Iterator[str]:
    """What the evidence is, from whom and when."""
    yield "<h2>What was obtained</h2>"
    manifest = found.manifest
    if manifest is None:
        yield f"<p>The file <code>{escape(file)}</code>, which does not open as an export.</p>"
        return
    head = found.head
    selected = ", ".join(f"{name}: {value}" for name, value in manifest.selection.items())
    tree = "none" if head is None else f"{head.size:,} records, root {head.root.hex()}"
    yield _pairs(
        {
            "File": file,
            "Digest of its manifest": found.manifest_digest,
            "From (log)": manifest.log,
            "Made by": manifest.made_by,
            "Made at": f"{manifest.made_at} (clock: {manifest.clock})",
            "By (product)": manifest.product,
            "Selection": selected,
            "Positions": f"{manifest.first} to {manifest.last}"
            + (", contiguous" if manifest.is_contiguous else ", single records"),
            "Checkpoint": tree,
            "Withheld from this reader": ", ".join(manifest.withheld_classes) or "nothing",
            "Erased by then": ", ".join(sorted(manifest.erased)) or "nothing",
        }
    )


def _tested(found: Verification, keys: Sequence[str], earlier: Sequence[Path]) -> Iterator[str]:
    """How completeness and accuracy were tested, with what from outside."""
    yield "<h2>How completeness and accuracy were tested</h2>"
    yield _pairs(
        {
            "Key from outside": ", ".join(map(_key_shown, keys)) or "none was given",
            "Earlier checkpoint from outside": ", ".join(map(str, earlier)) or "none was given",
        }
    )
    rows = [
        (
            str(step.number),
            step.title,
            _TESTS[step.number],
            f"{step.count:,} {step.what}" if step.what else "",
            WORDS[step.outcome],
        )
        for step in found.steps.values()
    ]
    yield _table(("", "Step", "Tests", "Looked at", "Result"), rows)


def _counted(manifest: Manifest | None) -> Iterator[str]:
    """Counts and control totals as the export states them; step 9 compared them."""
    if manifest is None:
        return
    yield "<h2>Counts and control totals</h2>"
    yield _table(("Records by kind", "Count"), _numbers(manifest.by_kind), "Records")
    yield _table(("Cases by status", "Count"), _numbers(manifest.by_status), "Cases")
    yield _table(("Currency", "Total"), sorted(manifest.control_totals.items()), "Control totals")


def _exceptions(found: Verification) -> Iterator[str]:
    """Everything that is wrong, and everything that was not at hand."""
    yield "<h2>Exceptions</h2>"
    failed = [step for step in found.steps.values() if step.outcome is Outcome.FAILED]
    noted = [step for step in found.steps.values() if step.notes]
    if not failed:
        yield "<p>None.</p>"
    for step in failed:
        yield f'<p class="failed">Step {step.number}: {escape(step.title)}</p>'
        yield _list([str(each) for each in step.problems] + _rest(step))
    if noted:
        yield "<h2>Limits of what could be looked at</h2>"
        yield _list(f"Step {step.number}: {note}" for step in noted for note in step.notes)


def _rest(step: Step) -> list[str]:
    rest = step.problem_count - len(step.problems)
    return [f"{rest:,} more"] if rest else []


def _program(found: Verification, verifier: Mapping[str, str]) -> Iterator[str]:
    """With what it was verified."""
    yield "<h2>Verified with</h2>"
    results = ", ".join(f"{count:,} {word}" for word, count in sorted(found.performed.items()))
    yield _pairs(
        {
            "Program": f"countersign-verify {verifier['version']}",
            "Its digest": verifier["digest"] or "not run as one file",
            "Python": verifier["python"],
            **{f"Version of {name}": version for name, version in found.here.items()},
            "Decisions": results.replace("_", " ") or "none performed again",
        }
    )
    yield "<p>Signed off by: ______________________ on: ______________</p>"


def _key_shown(text: str) -> str:
    """A key by its name and id, and the file that it came from."""
    try:
        key = key_of(text)
    except NoteRefused:
        return f"from the file {text}"
    return f"{key.name} ({key.id.hex()}), given as text"


def _numbers(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, f"{count:,}") for name, count in sorted(counts.items())]


def _pairs(pairs: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td><code>{escape(value)}</code></td></tr>"
        for name, value in pairs.items()
    )
    return f"<table>{rows}</table>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in header)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{named}<tr>{titles}</tr>{lines}</table>"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
