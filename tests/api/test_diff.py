"""`diff`: what it says of two sets, people and documents (C4), and where sets come from."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from adapters.policy_folder import FolderRefused, read_set
from adapters.policy_revision import read_revision
from api.cli import app
from api.usecases.drafts import load_draft
from api.usecases.submissions import submissions
from api.usecases.what_if import many
from api.usecases.what_if.many import Chunk, chunks, sides
from api.usecases.what_if.tally import Tally
from tests.api.orders import order

AT = "2027-03-15T09:00:00-04:00"
MOMENT = datetime.fromisoformat(AT)
RAISED = "  - {who: manager, up_to: 12_000.00 USD}"


@pytest.fixture
def changed(folder: Path) -> Path:
    """The small set, with a higher limit for managers and a lower bound for the cfo."""
    other = folder.parent / "changed"
    shutil.copytree(folder, other)
    edit(other / "organization.yaml", "  - {who: manager, up_to: 10_000.00 USD}", RAISED)
    edit(other / "approvals/orders.yaml", "50_000.00", "40_000.00")
    return other


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


def plain(*arguments: str | Path) -> dict[str, object]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def documents(folder: Path, count: int = 40) -> Path:
    """Orders around every bound, one that cannot be read and one that is not accepted."""
    random = Random(4)
    path = folder.parent / "orders.jsonl"
    cents = [9_900, 10_000, 10_001, 1_000_000, 1_000_001, 1_200_000, 1_200_001, 4_000_001]
    lines = []
    for number in range(count):
        amount = f"{random.choice(cents) / 100:.2f}"
        who = random.choice(("rita", "fay", "gus", "eve"))
        lines.append(json.dumps(order(f"PO-{number}", amount, requester=who)))
    lines[3] = "{broken"
    lines[7] = json.dumps(order("PO-7", "1.234"))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_it_is_said_who_gains_and_what_is_answered_otherwise(folder: Path, changed: Path) -> None:
    result = run(folder, changed)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{folder} \N{RIGHTWARDS ARROW} {changed}: 2 differences, 1 in effect "
        "(1 looser, 2 different)",
        "",
        "limits",
        "  looser     manager: may now approve up to 12,000.00 USD, before up to 10,000.00 USD",
        "",
        "schedules",
        "  different  `orders`, `normal`: the supervisors up to the first whose limit covers now "
        "decides up to 40,000.00 USD, before up to 50,000.00 USD",
        "",
        "what schedules answer differently",
        "  different  purchase order in US01: 40,000.01 to 50,000.00 USD",
        "             before: the supervisors up to the first whose limit covers; requires nothing",
        "             now:    cfo; requires business_case: present",
        "             such as purchase_order in US01, amount 40000.01 USD",
    ]


def test_by_person(folder: Path, changed: Path) -> None:
    result = run(folder, changed, "--data", folder / "data", "--at", AT)
    assert (
        "  looser     mia gains: 10,000.00 USD \N{RIGHTWARDS ARROW} 12,000.00 USD "
        "for all documents in US01"
    ) in result.stdout.splitlines()
    assert "dan" not in result.stdout


def test_limits_of_other_entities_and_days_are_nobodys(folder: Path, changed: Path) -> None:
    """What facts of the entity or the day make false does not count; the rest is a condition."""
    past = "{now: {below: 2027-01-01}}"
    for one, low, high in ((folder, "20_000.00", "20_000.00"), (changed, "25_000.00", "30_000.00")):
        edit(
            one / "organization.yaml",
            "  - {who: director",
            f"  - {{who: manager, when: {{grade: low, contract: missing}}, up_to: {low} USD}}\n"
            f"  - {{who: manager, when: {{any: [{{grade: high}}, {past}]}}, "
            f"up_to: {high} USD}}\n  - {{who: director",
        )
        with (one / "vocabulary.yaml").open("a", encoding="utf-8") as vocabulary:
            vocabulary.write("  grade: {is: {scale: [low, high]}, of: entity}\n")
    facts = changed / "data/facts.csv"
    before, now = "10,000.00 USD", "12,000.00 USD"
    for grade, gained in (
        ("low", "{} where not: {{contract: present}}"),
        ("high", "{}"),
    ):
        facts.write_text(f"of,id,fact,value\nentity,US01,grade,{grade}\n", encoding="utf-8")
        old, new = ("20,000.00 USD", "25,000.00 USD" if grade == "low" else "30,000.00 USD")
        told = run(folder, changed, "--data", changed / "data", "--at", AT).stdout.splitlines()
        assert (
            f"  looser     mia gains: {before}; {gained.format(old)} \N{RIGHTWARDS ARROW} "
            f"{now}; {gained.format(new)} for all documents in US01"
        ) in told


def test_who_may_be_asked_now_and_who_no_longer(folder: Path, changed: Path) -> None:
    roles = changed / "data/roles.csv"
    edit(changed / "approvals/orders.yaml", "approve: cfo", "approve: controller")
    edit(roles, "controller,carl", "controller,eve")
    found = plain(folder, changed, "--data", changed / "data", "--at", AT)
    assert found["people"] is not None
    people: dict[str, object] = found["people"]  # type: ignore[assignment]
    assert people["newly_asked"] == [{"person": "eve", "by": "controller"}]
    assert people["no_longer_asked"] == [{"person": "carl", "by": "cfo"}]


def test_nothing_differs_and_the_exit_code_says_so_only_when_asked(
    folder: Path, changed: Path
) -> None:
    assert run(folder, folder, "--exit-code").exit_code == 0
    assert run(folder, folder).stdout.endswith(": no difference\n")
    assert run(folder, changed).exit_code == 0
    assert run(folder, changed, "--exit-code").exit_code == 1


def test_a_set_that_does_not_load_ends_the_command(folder: Path, changed: Path) -> None:
    edit(changed / "organization.yaml", "cfo: {seats: 1}", "cfo: {seets: 1}")
    result = run(folder, changed)
    assert result.exit_code == 4
    assert "seets" in result.output
    assert run(folder, changed.parent / "absent").exit_code == 4


def test_documents_that_come_out_otherwise(folder: Path, changed: Path) -> None:
    arguments = [folder, changed, "--data", folder / "data", "--at", AT]
    result = run(*arguments, "--documents", documents(folder))
    assert result.exit_code == 3
    assert "error: document 4 cannot be accepted" in result.output
    assert "error: document 8 (`PO-7`) cannot be accepted" in result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["approvers", "changed"] in [line[:2] for line in lines]
    assert any("of 40 documents come out otherwise" in line for line in result.stdout.splitlines())


def decided(folder: Path, path: Path, set_folder: Path) -> dict[str, dict[str, object]]:
    """What `decide` says of each document, by its id."""
    where = ("--policy", str(set_folder), "--data", str(folder / "data"), "--at", AT)
    result = CliRunner().invoke(app, ["decide", str(path), *where, "--json"])
    decisions = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return {d["decision"]["document"]: d["decision"] for d in decisions if "decision" in d}


def route(decision: dict[str, object]) -> object:
    """Everything that people notice, from the JSON of a decision."""
    text = json.dumps([decision["outcome"], decision["held"], decision["steps"]])
    steps = json.loads(text)
    for step in steps[2]:
        for part in step["parts"]:
            part.pop("place")
    return steps


def test_what_changes_is_what_decide_says_twice(folder: Path, changed: Path) -> None:
    """Every document that two runs of `decide` answer differently is reported, and no other."""
    path = documents(folder, 200)
    before, after = decided(folder, path, folder), decided(folder, path, changed)
    assert before.keys() == after.keys()
    wanted = [name for name in before if route(before[name]) != route(after[name])]
    assert 0 < len(wanted) < len(before)
    arguments = [folder, changed, "--data", folder / "data", "--at", AT, "--documents", path]
    result = run(*arguments, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [line["changed"]["document"] for line in lines if "changed" in line] == wanted
    summary = lines[-1]["documents"]
    assert summary["count"] == 200
    assert summary["not_accepted"] == 2 == sum("not_accepted" in line for line in lines[:-1])
    assert summary["changed"]["documents"] == len(wanted)
    cents = sum(round(float(line["changed"]["amount"].split()[0]) * 100) for line in lines[:-1]
                if "changed" in line)  # fmt: skip
    assert summary["changed"]["amounts"] == [f"{cents // 100}.{cents % 100:02} USD"]


def compared(folder: Path, changed: Path, path: Path, jobs: int) -> list[Chunk]:
    drafts = load_draft(folder), load_draft(changed)
    both = sides(drafts, folder / "data", MOMENT, datetime(2027, 3, 15, 14, tzinfo=UTC))
    with submissions(str(path)) as found:
        return list(chunks(both, found.documents, jobs))


def test_several_cores_say_what_one_says(
    folder: Path, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "CHUNK", 25)
    monkeypatch.setattr(many, "FEW", 100)
    path = documents(folder, 230)
    one, two = (compared(folder, changed, path, jobs) for jobs in (1, 2))
    assert len(two) > 2
    for part in ("changed", "refused"):
        together = [[each for chunk in run for each in getattr(chunk, part)] for run in (one, two)]
        assert together[0] == together[1]
        assert together[0]
    tallies = []
    for chunks_of in (one, two):
        tally = Tally()
        for chunk in chunks_of:
            tally.add(chunk)
        tallies.append(tally)
    assert tallies[0] == tallies[1]
    assert tallies[0].count == 230


def test_documents_that_no_changed_rule_speaks_of_are_not_decided(
    folder: Path, changed: Path
) -> None:
    path = documents(folder)
    (same,) = compared(folder, folder, path, 1)
    assert same.proved == 38
    (found,) = compared(folder, changed, path, 1)
    assert found.proved == 0


def test_a_set_that_adds_up_totals_is_compared_in_one_process(
    folder: Path, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = (
        "  total: {is: money, total_of: document.net, same: [requester], in: ever,"
        " counts: [pending]}\n"
    )
    for each in (folder, changed):
        path = each / "vocabulary.yaml"
        path.write_text(path.read_text(encoding="utf-8") + total, encoding="utf-8")
    edit(changed / "approvals/orders.yaml", "amount: document.net", "amount: total")
    monkeypatch.setattr(many, "FEW", 10)
    monkeypatch.setattr(many, "_on_cores", None)
    path = documents(folder)
    found = compared(folder, changed, path, 2)
    assert sum(len(chunk.changed) for chunk in found) > 5
    assert [chunk.changed for chunk in compared(folder, changed, path, 1)] == [
        chunk.changed for chunk in found
    ]


# --- revisions ------------------------------------------------------------------------------------


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the set, committed; then its limit is raised and committed again."""
    root = folder.parent
    monkeypatch.chdir(root)
    if shutil.which("git") is None:
        pytest.skip("there is no git here")
    git("init", "--quiet")
    (folder / "link.yaml").symlink_to(folder / "policy.yaml")
    git("add", "small")
    git("commit", "--quiet", "-m", "before")
    edit(folder / "organization.yaml", "  - {who: manager, up_to: 10_000.00 USD}", RAISED)
    git("commit", "--quiet", "-a", "-m", "after")
    return root


def git(*arguments: str) -> None:
    who = ["-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def test_a_revision_of_a_folder_is_compared(repository: Path) -> None:
    result = run("HEAD~1:small", "small")
    assert "may now approve up to 12,000.00 USD, before up to 10,000.00 USD" in result.stdout
    assert run("HEAD:small", "HEAD:./small").stdout.endswith("no difference\n")


def test_a_revision_holds_what_its_folder_held(repository: Path) -> None:
    files = read_revision("HEAD:small")
    assert files == read_set(repository / "small")
    assert not any(name.startswith(("data/", "link")) for name in files)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("HEAD~9:small", "there is no folder or revision"),
        ("nowhere:small", "there is no folder or revision"),
        ("HEAD:absent", "there is no folder or revision"),
        ("HEAD:small/policy.yaml", "is no policy set"),
        ("HEAD:", "is no policy set"),
        ("--all:small", "there is no folder or revision"),
        ("--output=x:small", "there is no folder or revision"),
        ("HEAD:small\nHEAD", "a name of one line"),
        ("HEAD:small\0", "a name of one line"),
    ],
)
def test_what_is_no_revision_is_refused(repository: Path, name: str, said: str) -> None:
    with pytest.raises(FolderRefused, match=said):
        read_revision(name)
    assert not (repository / "x").exists()


def test_without_git_it_is_said_what_is_missing(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("HEAD:small", "small")
    assert result.exit_code == 4
    assert "there is no `git` to read it with" in result.output


def test_a_revision_is_bounded_like_a_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.policy_revision.MOST_FILES", 2)
    with pytest.raises(FolderRefused, match="too many policy files"):
        read_revision("HEAD:small")
    monkeypatch.undo()
    monkeypatch.setattr("adapters.policy_revision.MOST_BYTES", 10)
    with pytest.raises(FolderRefused, match="is larger than 10 bytes"):
        read_revision("HEAD:small", repository)
