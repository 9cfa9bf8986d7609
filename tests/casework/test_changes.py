"""Other content of a case: approved again, or standing; scenario 12, and ways around it (B6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store import cases
from adapters.store.cases import Case
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.changed import (
    HOUR,
    acme,
    asked,
    change,
    codes,
    did,
    fell,
    last_record,
    sent,
    service,
    stood,
)
from tests.casework.documents import NOW, by, order
from tests.databases import BOTH


@pytest.fixture(params=BOTH)
def changing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME with rules for changes; nothing is posted."""
    with service(request.param, tmp_path, acme()) as made:
        yield made
        assert check_trail(made.store).problems == []


def test_scenario_12_creep_is_measured_from_the_original_and_by_authority(
    changing: Resources,
) -> None:
    case = sent(changing, order("48000.00"))
    did(changing, case, "mia")
    assert did(changing, case, "dan").case.status is Status.APPROVED
    first = sent(changing, order("49900.00"), NOW + 2 * HOUR)
    assert (first.version, first.status) == (2, Status.APPROVED)
    assert stood(first) == ["mia", "dan"]
    assert last_record(changing, "submission")["change"] == change(first)
    second = sent(changing, order("51800.00"), NOW + 3 * HOUR)
    assert second.status is Status.PENDING
    assert codes(second) == ["change_increase"]
    cause = change(second)["again"][0]  # type: ignore[index]
    assert cause["words"] == {"since": "original", "old": "48000.00 USD", "new": "51800.00 USD"}
    assert asked(changing, second) == ["mia"]
    did(changing, second, "mia", at=NOW + 4 * HOUR)
    assert asked(changing, second) == ["vera"]


def approved(changing: Resources, amount: str = "48000.00") -> Case:
    case = sent(changing, order(amount))
    did(changing, case, "mia")
    done = did(changing, case, "dan").case
    assert done.status is Status.APPROVED
    return done


def test_approvals_of_a_case_on_its_way_survive_what_the_policy_tolerates(
    changing: Resources,
) -> None:
    case = sent(changing, order("40000.00"))
    did(changing, case, "mia")
    after = sent(changing, order("41000.00"))
    assert (after.status, stood(after), codes(after)) == (Status.PENDING, ["mia"], [])
    assert asked(changing, after) == ["dan"]
    assert did(changing, after, "dan").case.status is Status.APPROVED


def test_small_steps_add_up_also_while_nobody_has_approved_the_whole(changing: Resources) -> None:
    case = sent(changing, order("40000.00"))
    did(changing, case, "mia")
    sent(changing, order("41900.00"))
    after = sent(changing, order("43800.00"))  # 4.5 % more than the last, 9.5 % than Mia has seen
    assert stood(after) == []
    assert fell(after) == [("mia", "change_increase_since_given")]
    assert asked(changing, after) == ["mia"]


def test_a_tolerated_increase_beyond_the_authority_of_who_approved_is_approved_again(
    changing: Resources,
) -> None:
    case = approved(changing, "49000.00")
    after = sent(changing, order("50100.00"), NOW + 2 * HOUR)  # 2.2 % more, and above L2
    assert codes(after) == []
    assert stood(after) == ["mia"]
    assert asked(changing, after) == ["vera"]
    assert after.id == case.id


def test_another_supplier_has_everything_approved_again(changing: Resources) -> None:
    approved(changing)
    after = sent(changing, order("48000.00", supplier="S-2"), NOW + 2 * HOUR)
    assert codes(after) == ["change_of_field"]
    assert asked(changing, after) == ["mia"]


def test_what_is_not_named_changes_nothing_that_was_approved(changing: Resources) -> None:
    approved(changing)
    after = sent(changing, order("48000.00", title="desks"), NOW + 2 * HOUR)
    assert (after.version, after.status, stood(after)) == (2, Status.APPROVED, ["mia", "dan"])
    assert change(after)["differences"] == ["title"]


def test_another_cost_center_asks_its_owner_and_spares_the_others(changing: Resources) -> None:
    approved(changing)
    after = sent(changing, order("48000.00", cost_center="cc200"), NOW + 2 * HOUR)
    assert change(after)["affected"] == ["cost_center"]
    assert (stood(after), asked(changing, after)) == (["dan"], ["noah"])
    assert did(changing, after, "noah", at=NOW + 3 * HOUR).case.status is Status.APPROVED


def lines(*charged: tuple[str, str]) -> list[dict[str, object]]:
    return [{"net": amount, "cost_center": center} for center, amount in charged]


def test_nobody_is_charged_more_while_the_total_stays(changing: Resources) -> None:
    before = lines(("cc100", "10000.00"), ("cc200", "20000.00"))
    case = sent(changing, split(before))
    for person in ("mia", "noah", "dan"):
        did(changing, case, person)
    after = sent(
        changing, split(lines(("cc100", "20000.00"), ("cc200", "10000.00"))), NOW + 2 * HOUR
    )
    assert sorted(stood(after)) == ["dan", "noah"]
    assert fell(after) == [("mia", "change_of_allocation")]
    assert did(changing, after, "noah", at=NOW + 3 * HOUR).code == "not_open"
    assert did(changing, after, "mia", at=NOW + 3 * HOUR).case.status is Status.APPROVED


def split(made: list[dict[str, object]]) -> dict[str, object]:
    raw = order()
    del raw["amount"], raw["cost_center"]
    return {**raw, "lines": made}


def test_whoever_approved_and_is_the_requester_now_has_approved_nothing(
    changing: Resources,
) -> None:
    approved(changing)
    after = sent(changing, order("48000.00", requester="mia"), NOW + 2 * HOUR)
    assert ("mia", "change_no_longer_asked") in fell(after)
    assert after.status is Status.PENDING
    assert "mia" not in asked(changing, after)


def test_what_was_rejected_gives_nothing_to_its_next_version(changing: Resources) -> None:
    case = sent(changing, order("40000.00"))
    did(changing, case, "mia")
    did(changing, case, "dan", Kind.REJECT)
    after = sent(changing, order("40000.00", title="desks"), NOW + 2 * HOUR)
    assert (codes(after), stood(after)) == (["change_after_end"], [])
    assert asked(changing, after) == ["mia"]


def test_without_rules_any_other_content_begins_anew(tmp_path: Path) -> None:
    with service("sqlite", tmp_path, acme("")) as made:
        case = sent(made, order("40000.00"))
        did(made, case, "mia")
        after = sent(made, order("40000.00", title="desks"))
        assert (codes(after), stood(after)) == (["change_without_rule"], [])


def test_an_approval_of_less_does_not_stand_for_what_was_approved_before(
    changing: Resources,
) -> None:
    approved(changing, "48000.00")
    sent(changing, order("8000.00", supplier="S-2"), NOW + 2 * HOUR)
    did(changing, seen_first(changing), "mia", at=NOW + 3 * HOUR)
    after = sent(changing, order("48000.00", supplier="S-2", title="desks"), NOW + 4 * HOUR)
    assert stood(after) == []
    assert asked(changing, after) == ["mia"]


def seen_first(changing: Resources) -> Case:
    with changing.store.reading() as connection:
        found = cases.by_id(connection, 1)
    assert found is not None
    return found


def test_an_approver_who_was_added_is_not_lost_by_a_change_that_leaves_approvals_standing(
    changing: Resources,
) -> None:
    case = sent(changing, order("40000.00"))
    did(changing, case, "mia")
    added = Action(Kind.ADD_AFTER, "dan", case.version, to="lena")
    done = act(changing, case.id, added, by("dan"), NOW + HOUR)
    assert done is not None
    assert done.code == ""
    assert did(changing, case, "dan").case.status is Status.PENDING
    after = sent(changing, order("39999.00"), NOW + 2 * HOUR)
    assert (after.status, stood(after)) == (Status.PENDING, ["mia", "dan"])
    assert asked(changing, after) == ["lena"]
    assert did(changing, after, "lena", at=NOW + 3 * HOUR).case.status is Status.APPROVED
