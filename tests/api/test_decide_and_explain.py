"""`decide` and `explain`: what they print, what they write as JSON, and what they refuse."""

import io
import json
import sys
from pathlib import Path

import pytest
from freezegun import freeze_time
from typer.testing import CliRunner, Result

from api.cli import app
from api.usecases import submissions
from tests.api.orders import order

AT = "2027-03-15T09:00:00-04:00"


def written(folder: Path, *documents: object, name: str = "documents.jsonl") -> Path:
    path = folder.parent / name
    lines = (text if isinstance(text, str) else json.dumps(text) for text in documents)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(command: str, documents: Path | str, folder: Path, *more: str) -> Result:
    arguments = [command, str(documents), "--policy", str(folder), "--at", AT, *more]
    return CliRunner().invoke(app, arguments)


def test_one_document_is_decided_and_said_in_short(folder: Path) -> None:
    result = run("decide", written(folder, order("PO-1", "10000.01")), folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "PO-1",
        "Approval needed: One approval is needed.",
        "Step 1",
        "  Dan Osei (dan) approves 10,000.01 USD (approval chain)",
        "orders, normal: approvals/orders.yaml:9:5",
        "unactivated: decided with a draft, nothing was put on record",
    ]


TOTAL = (
    "  total: {is: money, total_of: document.net, same: [requester], in: ever, counts: [pending]}\n"
)


def test_where_totals_are_added_up_it_is_said_what_they_count(folder: Path) -> None:
    one = written(folder, order("PO-1", "5.00"), name="one.jsonl")
    two = written(folder, order("PO-1", "5.00"), order("PO-2", "5.00"))
    note = "otals count the documents of this run only"
    for command, path in (("decide", one), ("decide", two), ("explain", one)):
        assert note not in run(command, path, folder).output
    vocabulary = folder / "vocabulary.yaml"
    vocabulary.write_text(vocabulary.read_text(encoding="utf-8") + TOTAL, encoding="utf-8")
    for command, path in (("decide", one), ("decide", two), ("explain", one)):
        assert note in run(command, path, folder).stdout.splitlines()[-2]
        assert note not in run(command, path, folder, "--json").output
    german = run("explain", one, folder, "--language", "de")
    assert "Summen zählen nur die Belege dieses Laufs." in german.stdout


def test_held_and_refused_are_decisions_too(folder: Path) -> None:
    result = run("decide", written(folder, order("PO-1", "9.00", requester="zoe")), folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:3] == [
        "Held: There is no automatic answer; the document waits for its owner.",
        "  A person named on the document is not known: zoe.",
    ]


def test_one_document_as_json(folder: Path) -> None:
    path = written(folder, json.dumps(order("PO-1", "10000.00"), indent=2), name="one.json")
    result = run("decide", path, folder, "--json")
    answer = json.loads(result.stdout)
    assert answer["activated"] is False
    assert answer["decision"]["outcome"] == "route"
    assert answer["decision"]["now"] == "2027-03-15T13:00:00Z"
    assert {
        "fact": "amount",
        "left": "10000.00",
        "place": "approvals/orders.yaml:9:5",
        "result": True,
        "right": "50000.00",
        "sign": "<=",
    } in answer["decision"]["compared"]
    assert answer["decision"]["digest"].startswith("sha256:")


def test_the_language_can_be_german(folder: Path) -> None:
    result = run("decide", written(folder, order("PO-1", "5.00")), folder, "--language", "de")
    assert "Keine Genehmigung erforderlich" in result.stdout


def test_a_batch_is_summed_up(folder: Path) -> None:
    amounts = ("5.00", "10000.00", "50000.01", "200.00")
    path = written(folder, *(order(f"PO-{n}", amount) for n, amount in enumerate(amounts)))
    result = run("decide", path, folder)
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["PO-1", "route", "10000.00", "USD", "normal", "mia"] in lines
    assert ["PO-2", "route", "50000.01", "USD", "large", "carl"] in lines
    assert ["route", "3"] in lines
    assert ["straight_through", "1"] in lines
    assert ["orders:", "normal", "2"] in lines
    assert result.stdout.splitlines()[-2].startswith("4 documents; 0 not accepted; slowest PO-")


def test_a_batch_as_json_keeps_the_order_and_goes_on_after_an_error(folder: Path) -> None:
    path = written(
        folder, order("PO-1", "5.00"), '{"broken', order("PO-3", "5.001"), order("PO-4", "7")
    )
    result = run("decide", path, folder, "--json")
    assert result.exit_code == 3
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.get("decision", {}).get("document") for line in lines] == [
        "PO-1",
        None,
        None,
        "PO-4",
    ]
    assert (lines[1]["position"], lines[1]["errors"][0]["code"]) == (2, "invalid_json")
    assert (lines[2]["document"], lines[2]["errors"][0]["code"]) == ("PO-3", "invalid_minor_unit")
    assert "error: document 2 cannot be accepted" in result.stderr
    assert "error: document 3 (`PO-3`) cannot be accepted" in result.stderr


def test_a_list_of_documents_is_a_batch(folder: Path) -> None:
    path = written(folder, json.dumps([order("PO-1", "5.00"), order("PO-2", "6.00")], indent=1))
    path = path.rename(path.with_suffix(".json"))
    result = run("decide", path, folder, "--json")
    assert [json.loads(line)["decision"]["document"] for line in result.stdout.splitlines()] == [
        "PO-1",
        "PO-2",
    ]


def test_standard_input_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["decide", "-", "--policy", str(folder), "--at", AT, "--json"]
    result = CliRunner().invoke(app, arguments, input=json.dumps(order("PO-1", "5.00")))
    assert json.loads(result.stdout)["decision"]["outcome"] == "straight_through"


def test_the_output_can_go_to_a_file(folder: Path) -> None:
    path = written(folder, order("PO-1", "5.00"), order("PO-2", "6.00"))
    out = folder.parent / "out.jsonl"
    result = run("decide", path, folder, "--json", "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2
    assert sorted(file.name for file in folder.parent.iterdir()) == [
        "documents.jsonl",
        "out.jsonl",
        "small",
    ]


def test_a_file_that_cannot_be_written_ends_with_its_code(folder: Path) -> None:
    path = written(folder, order("PO-1", "5.00"))
    result = run("decide", path, folder, "--out", str(folder / "none" / "out.txt"))
    assert result.exit_code == 6
    assert "cannot be written: no such file or directory" in result.stderr


def test_the_moment_is_now_if_it_is_left_out(folder: Path) -> None:
    path = written(folder, order("PO-1", "5.00"))
    with freeze_time("2031-05-06T07:08:09Z"):
        result = CliRunner().invoke(app, ["decide", str(path), "-p", str(folder), "--json"])
    assert json.loads(result.stdout)["decision"]["now"] == "2031-05-06T07:08:09Z"


def test_each_document_may_be_decided_when_it_was_submitted(folder: Path) -> None:
    path = written(folder, order("PO-1", "5.00"))
    arguments = ["decide", str(path), "-p", str(folder), "--json", "--at", "submitted"]
    result = CliRunner().invoke(app, arguments)
    assert json.loads(result.stdout)["decision"]["now"] == "2027-03-15T12:00:00Z"


@pytest.mark.parametrize("moment", ["2027-03-15T09:00:00", "2027-03-15", "noon", ""])
def test_a_moment_without_its_offset_is_a_wrong_call(folder: Path, moment: str) -> None:
    path = written(folder, order("PO-1", "5.00"))
    arguments = ["decide", str(path), "-p", str(folder), "--at", moment]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "2027-03-15T09:00:00-04:00" in result.stderr


def test_what_a_document_says_cannot_move_the_cursor(folder: Path) -> None:
    path = written(folder, order("PO\x1b[2J\u202e", "10000.00"), order("B", "5"))
    for result in (run("decide", path, folder), run("decide", path, folder, "--json")):
        assert "\x1b" not in result.output
        assert "\u202e" not in result.output


def test_totals_add_up_over_a_batch(folder: Path) -> None:
    (folder / "vocabulary.yaml").write_text(
        "kind: vocabulary\nfacts:\n  business_case: {is: paper}\n"
        "  together: {is: money, total_of: document.net, same: [requester], in: 5 business days,"
        " counts: [pending, approved]}\n",
        encoding="utf-8",
    )
    (folder / "controls").mkdir()
    (folder / "controls" / "all.yaml").write_text(
        "kind: controls\nscope: group\ncurrency: USD\namount: document.net\nadditional:\n"
        "  - {name: splitting, when: {together: {above: 100.00 USD}}, approve: cfo, at: after}\n",
        encoding="utf-8",
    )
    path = written(folder, order("PO-1", "60.00"), order("PO-2", "60.00"))
    result = run("decide", path, folder, "--json")
    outcomes = [json.loads(line)["decision"]["outcome"] for line in result.stdout.splitlines()]
    assert outcomes == ["straight_through", "route"]


# explain


def test_a_decision_is_explained_in_full(folder: Path) -> None:
    path = written(folder, order("PO-1", "10000.01"))
    result = run("explain", path, folder, "--person", "mia", "--person", "rita", "--person", "zoe")
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if "sha256" not in line]
    assert lines == [
        "PO-1",
        "Approval needed: One approval is needed.",
        "Step 1",
        "  Dan Osei (dan) approves 10,000.01 USD (approval chain) (approvals/orders.yaml:12:14)",
        "Why",
        "      9  - name: normal",
        "     10    above: 100.00",
        "     11    up_to: 50_000.00",
        "     12    approve: {chain: supervisors, until: authority_covers}",
        "  By orders, row normal, at approvals/orders.yaml:9:5.",
        "  Amount compared with limits: 10,000.01 USD",
        "  The row that decided: Purchase orders, normal."
        " [row_matched] (approvals/orders.yaml:9:5)",
        "What was compared",
        "  amount: 10000.01 <= 50000.00 true (approvals/orders.yaml:9:5)",
        "  amount: 10000.01 > 100.00 true (approvals/orders.yaml:9:5)",
        "  limit of mia: 10000.01 <= 10000.00 false (organization.yaml:9:5)",
        "  limit of dan: 10000.01 <= 50000.00 true (organization.yaml:10:5)",
        "Looked at and not asked",
        "  Mia Chen (mia) (approval chain): has no limit that covers the amount"
        " (10000.00 USD, asked for 10000.01 USD) [over_limit]",
        "What the decision rests on",
        "Other rows, the nearest first",
        "  small (approvals/orders.yaml:8:5)",
        "    amount: 10000.01 <= 100.00 false",
        "  large (approvals/orders.yaml:13:5)",
        "    amount: 10000.01 > 50000.00 false",
        "Why not mia?",
        "  chain: has no limit that covers the amount"
        " (10000.00 USD, asked for 10000.01 USD) [over_limit]",
        "  Holds here: no role; level manager; authority 10000.00 USD",
        "Why not rita?",
        "  is the person whose need it is; nobody approves his own request [self_approval]",
        "  Holds here: no role; authority no limit",
        "Why not zoe?",
        "  Master data know nobody of this name.",
        "unactivated: Draft: this policy set has not been activated.",
    ]


def test_an_explanation_as_json_has_rows_and_persons(folder: Path) -> None:
    path = written(folder, order("PO-1", "50000.01"))
    result = run("explain", path, folder, "--json", "--person", "carl", "--rows", "1")
    answer = json.loads(result.stdout)
    assert answer["explanation"]["findings"][0]["requirement"] == "business_case: present"
    assert answer["other_rows"] == [
        {
            "row": "small",
            "place": "approvals/orders.yaml:8:5",
            "matches": False,
            "failed": [
                {
                    "fact": "amount",
                    "left": "50000.01",
                    "sign": "<=",
                    "right": "100.00",
                    "result": False,
                }
            ],
        }
    ]
    (place,) = answer["decision"]["steps"][0]["parts"]
    assert answer["persons"][0]["asked"] == [place["id"]]
    assert answer["persons"][0]["roles"] == ["cfo", "controller"]


def test_a_page_is_written(folder: Path) -> None:
    path = written(folder, order("PO-1", "10000.01"))
    page = folder.parent / "page.html"
    result = run("explain", path, folder, "--html", str(page), "-l", "de")
    assert result.exit_code == 0
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert 'lang="de"' in html
    assert "up_to: 50_000.00" in html


def test_of_several_documents_one_is_chosen(folder: Path) -> None:
    path = written(folder, order("PO-1", "5.00"), order("PO-2", "6.00"))
    assert run("explain", path, folder).exit_code == 2
    result = run("explain", path, folder, "--document", "PO-2")
    assert result.stdout.startswith("PO-2\n")
    missing = run("explain", path, folder, "--document", "PO-9")
    assert (missing.exit_code, "there is no document `PO-9`" in missing.stderr) == (3, True)


def test_a_document_that_cannot_be_accepted_is_not_explained(folder: Path) -> None:
    result = run("explain", written(folder, order("PO-1", "5.001")), folder)
    assert result.exit_code == 3
    assert "invalid_minor_unit" in result.stderr


# reading


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is no document in"),
        (b"\n \n", "there is no document in"),
        (b"\x00\x01\x02", "invalid_"),
        (b"\xff\xfe{}", "invalid_encoding"),
        (b'{"type": 1e5}', "inexact_number"),
        (b'{"id": "a", "id": "b"}', "duplicate_field"),
        (b"[" * 100_000, "too_deep"),
        (b"17", "wrong_type"),
        (b"{}", "missing_field"),
    ],
)
def test_what_is_no_document_is_refused_with_its_code(
    folder: Path, content: bytes, message: str
) -> None:
    path = folder.parent / "odd.json"
    path.write_bytes(content)
    result = run("decide", path, folder)
    assert result.exit_code == 3
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_line_beyond_the_bound_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "MOST_BYTES", 100)
    path = written(folder, order("PO-1", "5.00"))
    result = run("decide", path, folder)
    assert (result.exit_code, "longer than 100 bytes" in result.stderr) == (3, True)


def test_more_documents_than_the_bound_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submissions, "MOST_DOCUMENTS", 2)
    path = written(folder, *(order(f"PO-{n}", "5.00") for n in range(3)))
    result = run("decide", path, folder)
    assert (result.exit_code, "more than 2 documents" in result.stderr) == (3, True)


def test_a_broken_first_line_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'{"broken\n{"id": "b"}\n{"id": "c"}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    with submissions.submissions("-") as found:
        read = [(one.position, bool(one.errors)) for one in found.documents]
    assert read == [(1, True), (2, False), (3, False)]
