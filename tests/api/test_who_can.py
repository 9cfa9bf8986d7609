"""`countersign who-can` answers as `decide` does, for a file, a description, and everybody (B8)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.api.orders import order
from tests.policies.sets import POLICIES

ACME = POLICIES / "acme"
AT = "2027-03-15T09:00:00-04:00"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["who-can", *arguments, "--at", AT], terminal_width=200)


def answers(*arguments: str) -> list[dict[str, object]]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, object]] = json.loads(done.output)["answers"]
    return found


def described(amount: str, *more: str) -> list[str]:
    facts = ["--fact", "cost_center=cc100", "--fact", "supplier=S-1"]
    return ["--document", "purchase_order", "--amount", amount, *facts, *more]


def on_acme(amount: str, *more: str) -> dict[str, object]:
    (found,) = answers("--policy", str(ACME), *described(amount, "--entity", "US01", *more))
    return found


def test_a_file_and_a_description_of_it_are_answered_alike(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order("PO-1", "20000.00")), encoding="utf-8")
    (of_file,) = answers("--policy", str(folder), "--document", str(file))
    described = ("--document", "purchase_order", "--amount", "20_000.00 USD", "--requester", "rita")
    (of_words,) = answers("--policy", str(folder), *described)
    for key in ("approvers", "places", "others", "covering", "amount"):
        assert of_file[key] == of_words[key]
    assert of_file["approvers"] == ["dan"]
    assert of_file["places"] == [
        {
            "step": 1,
            "assignment": 1,
            "word": "chain",
            "ask": "approve",
            "already": -1,
            "people": [
                {
                    "person": "dan",
                    "via": "holder",
                    "on_behalf_of": None,
                    "by": [
                        {
                            "code": "limit",
                            "name": "dan",
                            "amount": "50000.00 USD",
                            "place": "organization.yaml:10:5",
                        }
                    ],
                }
            ],
        }
    ]
    assert of_file["others"] == [
        {
            "person": "mia",
            "code": "over_limit",
            "reason": "has no limit that covers the amount (10000.00 USD, asked for 20000.00 USD)",
        },
        {
            "person": "rita",
            "code": "self_approval",
            "reason": "is the person whose need it is; nobody approves his own request",
        },
    ]


def test_limits_that_cover_ascend_and_say_who_is_kept_from_approving() -> None:
    found = on_acme("12_000.00 USD", "--requester", "vera")
    covering = found["covering"]
    assert isinstance(covering, list)
    limits = [(each["up_to"], each["jointly"]) for each in covering]
    assert limits == [
        ("50000.00 USD", False),
        ("250000.00 USD", False),
        ("1000000.00 USD", False),
        ("10000000.00 USD", True),
    ]
    assert covering[1]["people"] == [{"person": "vera", "prevented": "self_approval"}]


def test_a_joint_limit_is_why_both_are_asked() -> None:
    found = on_acme("2_000_000.00 USD", "--requester", "rita", "--fact", "tender_reference=present")
    places = found["places"]
    assert isinstance(places, list)
    grounds = {
        person["person"]: [ground["code"] for ground in person["by"]]
        for place in places
        for person in place["people"]
    }
    assert grounds == {
        "mia": ["owner"],
        "carl": ["role", "limit"],
        "eve": ["role", "limit"],
        "lena": ["role"],
    }


def asked_in(decision: dict[str, Any]) -> list[set[str]]:
    """The persons of each step; a decision numbers its assignments as they were tried."""
    return [set(re.findall(r"'person': '(\w+)'", str(step))) for step in decision["steps"]]


def test_without_a_requester_everybody_who_could_ask_is_told_apart() -> None:
    found = on_acme("12_000.00 USD")
    assert "approvers" not in found
    groups = found["by_requester"]
    assert isinstance(groups, list)
    everybody = [person for group in groups for person in group["requesters"]]
    assert len(everybody) == len(set(everybody)) == 17
    for group in groups:
        for requester in group["requesters"]:
            alone = on_acme("12_000.00 USD", "--requester", requester)
            decision = alone["decision"]
            assert isinstance(decision, dict)


def test_without_an_entity_each_is_answered() -> None:
    found = answers("--policy", str(ACME), *described("12_000.00 USD"))
    assert [each["entity"] for each in found] == ["US01", "DE01", "JP01", "KW01"]


def test_the_requester_says_the_entity_also_by_a_login() -> None:
    (found,) = answers("--policy", str(ACME), *described("12_000.00 USD", "--requester", "rita.us"))
    assert (found["entity"], found["approvers"]) == ("US01", ["dan", "mia"])


def test_a_held_document_names_nobody_and_says_what_to_state() -> None:
    done = run(
        *("--policy", str(ACME), "--document", "purchase_order", "--amount", "12_000.00 USD"),
        *("--entity", "US01", "--requester", "rita", "--fact", "cost_center=cc100"),
    )
    assert "Nobody can approve it as it stands." in done.output
    assert "`supplier_year` sums documents of one supplier_group" in done.output


def test_a_route_that_asks_no_limit_does_not_speak_of_authority(folder: Path) -> None:
    asked = ("--policy", str(folder), "--document", "purchase_order", "--requester", "rita")
    done = run(*asked, "--amount", "50_000.01 USD", "--fact", "business_case=present")
    assert done.output.count("No limit is asked for by this route.") == 1
    assert "Whose authority covers" not in done.output
    assert "Whose authority covers" in run(*asked, "--amount", "20_000.00 USD").output


def test_a_day_is_its_noon_where_the_entity_is(folder: Path) -> None:
    asked = ("who-can", "--policy", str(folder), "--document", "purchase_order")
    more = ("--amount", "20_000.00 USD", "--requester", "rita")
    done = CliRunner().invoke(app, [*asked, *more, "--on", "2027-03-15"], terminal_width=200)
    assert done.output.startswith("purchase_order of 20,000.00 USD in US01, 2027-03-15 12:00 -0400")
    wrong = CliRunner().invoke(app, [*asked, *more, "--on", "2027-03-15", "--at", AT])
    assert wrong.exit_code == 2


def test_an_amount_with_commas_is_told_how_to_be_written(folder: Path) -> None:
    asked = ("--policy", str(folder), "--document", "purchase_order", "--requester", "rita")
    done = run(*asked, "--amount", "180,000 USD")
    assert done.exit_code == 2
    assert "write `180_000.00 USD`" in " ".join(done.output.replace("│", " ").split())


def test_a_total_may_be_stated() -> None:
    found = on_acme("100.00 USD", "--requester", "rita", "--fact", "supplier_year=100_000.01 USD")
    assert found["approvers"] == ["lena", "mia"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--document", "purchase_ordr"], "did you mean `purchase_order`?"),
        (["--document", "purchase_order", "--entity", "US1"], "there is no entity `US1`"),
        (["--document", "purchase_order", "--requester", "rta"], "did you mean `rita`?"),
        (["--document", "purchase_order", "--fact", "capex"], "expected NAME=VALUE"),
    ],
)
def test_a_slip_is_said_with_what_was_meant(arguments: list[str], said: str) -> None:
    done = run("--policy", str(ACME), *arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


def test_a_description_that_is_no_document_is_refused() -> None:
    done = run("--policy", str(ACME), *described("12_000.001 USD", "--entity", "US01"))
    assert done.exit_code == 3
    assert "cannot be accepted" in done.output
    done = run("--policy", str(ACME), *described("1.00 USD", "--fact", "split_sum=much"))
    assert done.exit_code == 3
