"""Each way to forge a trail fails at its own step, which names the field or the position.

Scenario 35, replay and tamper (F5). Whoever forges is taken to know the format: files have the
digests that the manifest states, unless that is what is tested.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from api.verifying.running import Verification, verify
from api.verifying.versions import here
from engine.canonical import digest_of_files
from engine.trail.notes import Checkpoint, key_of
from engine.verifying.heads import Outside
from engine.verifying.steps import Outcome, Verdict
from tests.verifying.exports import (
    OTHER_KEY,
    Export,
    Tree,
    changed,
    signed,
    vkey,
    withheld,
)

SUBMISSION: Final = 2  # position of the submission of C-000001, 8000.00 USD


def checked(export: Export, outside: Outside, folder: Path) -> Verification:
    return verify(export.written(folder / "x.countersign.zip"), outside, here())


def failed(found: Verification) -> dict[int, str]:
    """The first problem of each step that failed."""
    return {
        number: str(step.problems[0])
        for number, step in found.steps.items()
        if step.outcome is Outcome.FAILED
    }


def test_an_untouched_export_is_verified(export: Export, outside: Outside, tmp_path: Path) -> None:
    found = checked(export, outside, tmp_path)
    assert failed(found) == {}
    assert found.verdict is Verdict.VERIFIED
    assert found.steps[5].count == len(export.bodies)
    assert found.performed["performed_again"] == found.steps[10].count >= 5


def test_scenario_35_one_digit_of_an_amount_is_named_by_its_field(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """The record in the export is changed; the tree is that of the true one."""

    def change(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        body = lines[SUBMISSION - 1]["body"]
        lines[SUBMISSION - 1]["body"] = body.replace('"net":"8000.00"', '"net":"9000.00"')
        assert lines[SUBMISSION - 1]["body"] != body
        return lines

    export.lines = change
    found = checked(export, outside, tmp_path)
    said = failed(found)
    assert {*said} == {5, 9, 10}  # not in the tree; another total; another decision
    for step in (5, 10):
        assert "position 2" in said[step]
        assert "`amount` is `8000.00 USD` in the record, `9000.00 USD` was found" in said[step]
    assert "control_totals.USD" in said[9]


def test_scenario_35_a_record_that_was_deleted_is_named_by_its_position(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.lines = lambda lines: [line for line in lines if line["position"] != 3]
    said = failed(checked(export, outside, tmp_path))
    assert said[3] == "position 3: the record is missing"
    assert {*said} <= {3, 9}


def test_a_deleted_record_is_missed_whatever_the_manifest_says(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """Counts and totals are forged with it."""
    kept = [n for n in range(1, len(export.bodies) + 1) if n != 3]
    export.positions = kept
    export.manifest = lambda plain: {
        **plain,
        "positions": {**plain["positions"], "is_contiguous": True},
    }
    assert failed(checked(export, outside, tmp_path)) == {3: "position 3: the record is missing"}


def test_a_log_that_was_truncated_is_shorter_than_what_was_published(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    published = signed(Tree(export.bodies).head())
    export.bodies = export.bodies[:-2]
    found = checked(export, replace(outside, earlier=(published,)), tmp_path)
    assert {*failed(found)} == {6}
    assert "what was published before is gone" in failed(found)[6]


def test_a_log_that_was_written_anew_does_not_continue_what_was_published(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """Whoever has the operator's key writes another log, decides anew, and signs it."""
    published = signed(Tree(export.bodies).head(4))
    changed(export, 3, lambda body: body["who"].update(decided_by="somebody else"))
    export.earlier = [4]
    found = checked(export, replace(outside, earlier=(published,)), tmp_path)
    assert {*failed(found)} == {6}
    assert "another root is stated" in failed(found)[6]


def test_an_earlier_checkpoint_without_a_proof_is_not_taken_on_trust(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    published = signed(Tree(export.bodies).head(4))
    said = failed(checked(export, replace(outside, earlier=(published,)), tmp_path))
    assert said == {6: "the earlier checkpoint of 4 records: the export has no proof for it"}


def test_an_earlier_checkpoint_with_its_proof_is_the_beginning(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    tree = Tree(export.bodies)
    export.earlier = [1, 4, len(export.bodies)]
    for size in export.earlier:
        given = replace(outside, earlier=(signed(tree.head(size)),))
        found = checked(export, given, tmp_path)
        assert found.steps[6].outcome is Outcome.OK


def test_an_earlier_checkpoint_that_somebody_else_signed_counts_for_nothing(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    published = signed(Tree(export.bodies).head(4), OTHER_KEY)
    export.earlier = [4]
    said = failed(checked(export, replace(outside, earlier=(published,)), tmp_path))
    assert "signed by none of the keys" in said[6]


def test_an_earlier_checkpoint_of_another_log_is_refused(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    other = Checkpoint("another.example/log", 4, b"\0" * 32)
    said = failed(checked(export, replace(outside, earlier=(signed(other),)), tmp_path))
    assert "is of `another.example/log`" in said[6]


def test_a_proof_of_consistency_that_shows_nothing_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.earlier = [4]

    def spoil(files: dict[str, bytes]) -> dict[str, bytes]:
        plain = json.loads(files["consistency.jsonl"])
        plain["proof"] = plain["proof"][::-1]
        return files | {"consistency.jsonl": json.dumps(plain).encode()}

    export.files = spoil
    assert {*failed(checked(export, outside, tmp_path))} == {6}


def test_records_that_change_places_are_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """The bodies are exchanged, each with the proof of the place it is moved to."""

    def change(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines[1]["body"], lines[2]["body"] = lines[2]["body"], lines[1]["body"]
        return lines

    export.lines = change
    said = failed(checked(export, outside, tmp_path))
    assert {*said} == {5}
    assert said[5].startswith("position 2: the record is not in the tree")


def test_lines_out_of_order_are_found(export: Export, outside: Outside, tmp_path: Path) -> None:
    export.lines = lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]
    assert 3 in failed(checked(export, outside, tmp_path))


def test_a_record_that_stands_twice_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.lines = lambda lines: [lines[0], lines[1], *lines[1:]]
    assert failed(checked(export, outside, tmp_path))[3] == "position 2: stands after position 2"


def test_a_record_beyond_the_tree_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.lines = lambda lines: [*lines, {**lines[-1], "position": len(lines) + 1}]
    assert 5 in failed(checked(export, outside, tmp_path))


def test_a_record_in_another_spelling_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """The same content with a space is another record, even where the tree is over it."""
    export.bodies[2] = export.bodies[2].replace(b'{"', b'{ "', 1)
    said = failed(checked(export, outside, tmp_path))
    assert said == {3: "position 3: the body is not in canonical form"}


def test_a_checkpoint_that_another_key_signed_is_refused(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """The whole log is forged, and the forger's own key stands in the export."""
    export.key = OTHER_KEY
    said = failed(checked(export, outside, tmp_path))
    assert said == {4: "the checkpoint is signed by none of the keys that were given"}


def test_without_a_key_nothing_is_verified(export: Export, tmp_path: Path) -> None:
    export.key = OTHER_KEY
    found = checked(export, Outside(), tmp_path)
    assert failed(found) == {}
    assert found.verdict is Verdict.WITH_ITSELF_ONLY
    assert "consistent with itself only" in found.steps[4].notes[0]


def test_a_wrong_key_is_refused(export: Export, tmp_path: Path) -> None:
    other = Outside((key_of(vkey(OTHER_KEY)),))
    assert {*failed(checked(export, other, tmp_path))} == {4}


def test_a_policy_set_that_was_exchanged_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    name = next(name for name, files in export.contents.items() if "policy.yaml" in files)
    file = "approvals/us.yaml"
    text = export.contents[name][file]
    export.contents[name][file] = text + b"\n# exchanged\n"
    said = failed(checked(export, outside, tmp_path))
    found = digest_of_files(export.contents[name])
    assert said[8] == f"the files stated as `{name}` are `{found}`"


def test_a_policy_set_that_is_missing_is_named(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    name = next(name for name, files in export.contents.items() if "policy.yaml" in files)
    del export.contents[name]
    found = checked(export, outside, tmp_path)
    assert failed(found) == {8: f"records name `{name}`, and its files are not here"}
    assert found.reasons[f"what `{name}` names is not in the export"] == found.steps[10].count


def test_contents_that_were_erased_are_said_to_be(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    name = next(name for name, files in export.contents.items() if "people.csv" in files)
    del export.contents[name]
    export.manifest = lambda plain: {**plain, "erased": [name]}
    found = checked(export, outside, tmp_path)
    assert found.verdict is Verdict.VERIFIED
    assert found.steps[8].outcome is found.steps[10].outcome is Outcome.LIMITED
    assert found.reasons[f"what `{name}` names was erased"] == found.steps[10].count


def test_a_decision_that_the_operator_recorded_wrongly_is_found_whoever_signed_it(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """The tree, the signature and every digest are right; the decision is not what was decided."""

    def change(body: Any) -> None:
        body["decision"]["outcome"] = "straight_through"
        body["decision"]["steps"] = []

    changed(export, SUBMISSION, change)
    said = failed(checked(export, outside, tmp_path))
    assert {*said} == {10}
    assert "`outcome` is `straight_through` in the record, `route` was found" in said[10]


def test_an_act_that_was_decided_otherwise_is_found_by_its_digest(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    position = next(n for n, body in enumerate(export.bodies, 1) if b'"kind":"action"' in body)
    changed(export, position, lambda body: body.update(decision_digest="sha256:" + "0" * 64))
    said = failed(checked(export, outside, tmp_path))
    assert {*said} == {10}
    assert f"position {position}" in said[10]
    assert "decision_digest" in said[10]


@pytest.mark.parametrize(
    ("name", "value"), [("semantics", "0"), ("tzdata", "1999.1"), ("holidays", "0.1")]
)
def test_another_version_is_the_stated_reason_where_the_result_differs(
    export: Export, outside: Outside, tmp_path: Path, name: str, value: str
) -> None:
    def change(body: Any) -> None:
        body["in_force"][name] = value
        body["decision"]["amount"] = "1.00 USD"

    changed(export, SUBMISSION, change)
    found = checked(export, outside, tmp_path)
    assert found.verdict is Verdict.VERIFIED
    assert found.steps[10].outcome is Outcome.LIMITED
    [why] = found.reasons
    assert f"decided with {name} {value} (here: " in why


def test_a_disclosure_that_fits_lets_the_decision_be_performed_again(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.disclosures = [withheld(export, SUBMISSION, "lines")]
    found = checked(export, outside, tmp_path)
    assert failed(found) == {}
    assert found.steps[7].count == 1
    assert found.performed["not_performable"] == 0


def test_what_is_withheld_is_the_stated_reason(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    withheld(export, SUBMISSION, "lines")
    found = checked(export, outside, tmp_path)
    assert failed(found) == {}
    assert found.reasons["withheld: lines"] >= 1
    assert any("control totals" in note for note in found.steps[9].notes)


def test_a_disclosure_that_was_exchanged_is_named_by_its_place(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    first = withheld(export, 2, "lines", "01")
    second = withheld(export, 3, "lines", "02")
    export.disclosures = [
        {**first, "value": second["value"], "salt": second["salt"]},
        {**second, "value": first["value"], "salt": first["salt"]},
    ]
    said = failed(checked(export, outside, tmp_path))
    assert {*said} == {7}
    assert said[7].startswith("position 2: `document/lines`: committed is ")


@pytest.mark.parametrize(
    "change",
    [
        {"value": [{"number": 1, "net": "9000.00"}]},
        {"salt": "ff"},
        {"path": "document/maximum"},
        {"path": "document/lines/0/net"},
        {"path": "document/entity"},
        {"path": "/".join("x" * 40)},
        {"path": 7},
        {"value": 1.5},
        {"position": 1},
        {"position": 99},
        {"position": "2"},
    ],
)
def test_a_disclosure_that_does_not_fit_is_refused(
    export: Export, outside: Outside, tmp_path: Path, change: dict[str, Any]
) -> None:
    disclosure = withheld(export, SUBMISSION, "lines")
    export.disclosures = [disclosure | change]
    assert {*failed(checked(export, outside, tmp_path))} == {7}


def test_a_line_that_is_no_disclosure_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.files = lambda files: files | {"disclosures.jsonl": b"[]\nnonsense\n"}
    assert {*failed(checked(export, outside, tmp_path))} == {7}


Spoil = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["positions"].update(count=2), "`positions.count` is 2"),
        (lambda m: m["counts"]["by_kind"].update(submission=1), "`counts.by_kind.submission`"),
        (lambda m: m["counts"]["by_status"].update(held=1), "`counts.by_status.held`"),
        (lambda m: m["control_totals"].update(USD="1.00"), "`control_totals.USD`"),
        (lambda m: m["control_totals"].update(EUR="1.00"), "`control_totals.EUR`"),
    ],
)
def test_what_the_manifest_states_is_counted_again(
    export: Export, outside: Outside, tmp_path: Path, change: Spoil, said: str
) -> None:
    export.manifest = lambda plain: (change(plain), plain)[1]
    problems = failed(checked(export, outside, tmp_path))
    assert {*problems} == {9}
    assert said in problems[9]


def test_a_period_whose_end_is_cut_off_is_found(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """The record after the period stands beside it, so that nobody can shorten a period."""
    export.first, export.last = 2, 4
    found = checked(export, outside, tmp_path)
    assert failed(found) == {}
    export.lines = lambda lines: lines[:-1]
    assert failed(checked(export, outside, tmp_path))[3] == "position 5: the record is missing"
    export.lines = lambda lines: lines[1:]
    assert failed(checked(export, outside, tmp_path))[3] == "position 1: the record is missing"


def test_a_file_that_was_changed_without_its_digest_is_named(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    path = export.written(tmp_path / "a.zip")
    other = tmp_path / "b.zip"
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(other, "w") as write:
        for entry in read.infolist():
            data = read.read(entry)
            write.writestr(entry.filename, b"other" if entry.filename == "readme.txt" else data)
    said = failed(verify(other, outside, here()))
    assert {*said} == {2}
    assert said[2].startswith("`readme.txt`: stated is ")


def test_files_that_are_not_stated_or_not_there_are_named(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    export.manifest = lambda plain: {
        **plain,
        "files": {
            **{name: one for name, one in plain["files"].items() if name != "readme.txt"},
            "sample.json": "sha256:0",
        },
    }
    found = checked(export, outside, tmp_path)
    problems = [str(each) for each in found.steps[2].problems]
    assert any("`readme.txt` is here" in each for each in problems)
    assert any("`sample.json` is stated" in each for each in problems)


def test_a_truncated_file_is_no_archive(export: Export, outside: Outside, tmp_path: Path) -> None:
    path = export.written(tmp_path / "a.zip")
    data = path.read_bytes()
    for size in (0, 10, len(data) // 2, len(data) - 10):
        path.write_bytes(data[:size])
        assert {*failed(verify(path, outside, here()))} == {1}


def test_a_flipped_byte_anywhere_never_goes_unnoticed_and_ends_nothing(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    path = export.written(tmp_path / "a.zip")
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        records = archive.getinfo("records.jsonl")
    places = range(records.header_offset + 60, records.header_offset + records.compress_size, 997)
    spoilt = tmp_path / "b.zip"
    for place in places:
        shutil.copyfile(path, spoilt)
        with spoilt.open("r+b") as file:
            file.seek(place)
            file.write(bytes([data[place] ^ 1]))
        assert verify(spoilt, outside, here(), is_performing=False).verdict is Verdict.FAILED
