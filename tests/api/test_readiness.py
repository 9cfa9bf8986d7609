"""`readiness`: what it prints, what it writes as JSON, its exit codes, what it compares with.

Shows (B5).
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.master_data import load_answers, load_folder
from api.cli import app
from api.usecases.drafts import load_draft
from tests.api.orders import order

CHECKS = """kind: readiness
documents: [purchase_order]
owner: controller
checks:
  - account_active
  - supplier_active: {severity: warns}
"""
ACCOUNTS = "id,entity,from,to\n6000,*,,\n6100,*,2027-01-01,2027-03-31\n"
AT = "2027-03-15T09:00:00-04:00"


@pytest.fixture
def checked(folder: Path) -> Path:
    (folder / "readiness.yaml").write_text(CHECKS, encoding="utf-8")
    (folder / "data" / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    return folder


def run(folder: Path, *documents: object, more: tuple[str, ...] = ()) -> Result:
    path = folder.parent / "orders.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in documents), encoding="utf-8")
    arguments = ["readiness", str(path), "--policy", str(folder), "--at", AT, *more]
    return CliRunner().invoke(app, arguments)


def coded(id: str, account: str, **more: object) -> dict[str, object]:
    return {**order(id, "10.00"), "gl_account": account, "posting_date": "2027-03-15", **more}


def test_a_document_that_is_ready_ends_with_zero(checked: Path) -> None:
    result = run(checked, coded("PO-1", "6000"))
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == "PO-1: ready"


def test_what_is_found_is_said_with_its_owner_and_place(checked: Path) -> None:
    result = run(checked, coded("PO-1", "6100", posting_date="2027-04-01"))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "PO-1: not ready"
    assert "  The gl_account 6100 is not active on 2027-04-01." in lines
    assert any(line.startswith("    coding_inactive; owner controller; needs ") for line in lines)
    assert "    readiness.yaml:5:5" in lines


def test_many_documents_are_counted_by_what_was_found(checked: Path) -> None:
    result = run(checked, coded("PO-1", "6000"), coded("PO-2", "9"), coded("PO-3", "9"))
    assert result.exit_code == 1
    assert "3 documents: 1 ready, 2 not ready, 0 not accepted" in result.stdout
    row = next(line for line in result.stdout.splitlines() if line.startswith("coding_unknown"))
    assert row.split() == ["coding_unknown", "2"]


def test_json_has_a_line_for_each_document(checked: Path) -> None:
    result = run(checked, coded("PO-1", "6000"), coded("PO-2", "9"), more=("--json",))
    ready, not_ready = map(json.loads, result.stdout.splitlines())
    assert (ready["ready"], not_ready["ready"]) == (True, False)
    assert ready["keep_until"]["because"] == "country_unknown"
    (finding,) = [one for one in not_ready["findings"] if one["severity"] == "blocks"]
    assert (finding["code"], finding["owner"]) == ("coding_unknown", "controller")


def test_what_is_no_document_is_said_and_the_others_are_asked(checked: Path) -> None:
    result = run(checked, {"type": "purchase_order"}, coded("PO-2", "6000"))
    assert result.exit_code == 3
    assert "error: document 1 cannot be accepted" in result.stderr
    assert "2 documents: 1 ready, 0 not ready, 1 not accepted" in result.stdout


def test_documents_beside_that_cannot_be_read_stop_the_run(checked: Path) -> None:
    broken = checked.parent / "beside.jsonl"
    broken.write_text('{"type": "invoice"}\n', encoding="utf-8")
    result = run(checked, coded("PO-1", "6000"), more=("--beside", str(broken)))
    assert result.exit_code == 3
    assert "1 documents of `beside.jsonl` cannot be accepted" in result.stderr


RATED = """kind: readiness
documents: [purchase_order]
owner: controller
checks:
  - tax_code
"""


@pytest.fixture
def taxed(folder: Path) -> Path:
    (folder / "readiness.yaml").write_text(RATED, encoding="utf-8")
    (folder / "data" / "tax_codes.csv").write_text("id,entity,rate\nV0,*,0%\n", encoding="utf-8")
    return folder


def answered(folder: Path, answers: str | bytes) -> Result:
    path = folder.parent / "answers.csv"
    path.write_bytes(answers if isinstance(answers, bytes) else answers.encode())
    document = {**order("PO-1", "10.00"), "amount": None, "tax_code": "V0"}
    document["lines"] = [{"net": "10.00", "tax": "0.00", "tax_code": "V0"}]
    del document["amount"], document["tax_code"]
    return run(folder, document, more=("--answers", str(path)))


def test_a_no_of_another_system_is_a_finding_and_a_yes_is_none(taxed: Path) -> None:
    assert answered(taxed, "what,of,answer\ntax_code,V0,yes\n").exit_code == 0
    refused = answered(taxed, "what,of,answer\ntax_code,V0,no\n")
    assert refused.exit_code == 1
    assert "tax_code_refused_in_erp" in refused.stdout


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("what,of\ntax_code,V0\n", "answers.csv:1:answer: error[missing-column]"),
        ("what,of,answer\ntax_code,V0,nein\n", "answers.csv:2:answer: error["),
        ("what,of,answer\ntax_code,V0,\n", "answers.csv:2:answer: error[missing-value]"),
        ("what,of,answer\ntax_cod,V0,no\n", "answers.csv:2:what: error[unknown-question]"),
        ("what,of,answer\ntax_code,,no\n", "answers.csv:2:of: error[missing-value]"),
        ("what,of,answer\ntax_id,- .,no\n", "answers.csv:2:of: error[missing-value]"),
        ("what,of,answer\ntax_code,V0,no,no\n", "answers.csv:2: error[wrong-cell-count]"),
        (
            "what,of,answer\ntax_id,DE 1,no\ntax_id,de1,yes\n",
            "answers.csv:3:of: error[duplicate-id]",
        ),
        ("what,of,answer,answered_at\nrate,A,no,soon\n", "answers.csv:2:answered_at: error["),
        (b"what,of,answer\ntax_id,\xff,no\n", "error[not-utf-8]"),
        (b'what,of,answer\n"tax_id,1,no\n', "error[unreadable-csv]"),
        (b"", "error[empty-file]"),
    ],
)
def test_answers_that_cannot_be_read_end_the_run_with_the_line(
    taxed: Path, answers: str | bytes, said: str
) -> None:
    """Half of the answers would be worse than none: the `no` may be in the other half."""
    done = answered(taxed, answers)
    assert done.exit_code == 5
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert not done.stdout


@pytest.mark.parametrize(
    "answers",
    [
        "what,of,answer\ntax_id,DE 1,no\nrate,USD/EUR,yes\n",
        'what,of,answer,answered_at\nsanctions,"Globex Ltd, GB",yes,2027-03-15T09:00:00Z\n',
        "what,of\ntax_code,V0\n",
        "what,of,answer\ntax_cod,V0,no\n",
        "what,of,answer\ntax_id,-,no\n",
        "what,of,answer\ntax_id,DE 1,no\ntax_id,de1,yes\n",
        "",
    ],
)
def test_a_file_of_answers_says_here_what_it_says_in_the_master_data(
    folder: Path, answers: str
) -> None:
    (folder / "data" / "answers.csv").write_text(answers, encoding="utf-8")
    policy = load_draft(folder).policy
    loaded = load_folder(folder / "data", policy.organization, policy.facts)
    handed, refused = load_answers(folder / "data" / "answers.csv")
    assert refused == loaded.refused
    assert handed == ({} if loaded.data is None else loaded.data.answers)


def test_answers_that_are_not_there_end_the_run(taxed: Path) -> None:
    done = run(taxed, order("PO-1", "10.00"), more=("--answers", str(taxed / "none.csv")))
    assert done.exit_code == 5
    assert "cannot be read" in done.stderr
