"""Open tasks that stay with the delegator: `pending_tasks` of a delegation row (B3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.trail import records_of
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.resolving import Cause, Watch, re_resolve
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.delegations.judging import Wish
from api.usecases.delegations.making import delegate, revoke
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened
from tests.verifying.again import not_performed

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = "delegation_began_later"
ESCALATION = "escalation: {calendar: entity, escalate_after: 2 business days, exhausted: hold}\n"
# NOW is Monday 2027-03-15 09:00 in New York.
WEDNESDAY = datetime(2027, 3, 17, 21, 0, tzinfo=UTC)
COLUMNS = "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"

Make = Callable[[str], Resources]


@pytest.fixture(params=BOTH)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    with opened(request.param, tmp_path) as store:

        def made(rows: str, more: str = "") -> Resources:
            resources = Resources(store)
            files = {**read_set(ACME)}
            handling = files["handling.yaml"].decode()
            own = handling[handling.index("  - {documents") : handling.index("stand_ins")]
            text = handling.replace(own, rows) + ESCALATION + more
            data = data_files()
            bootstrap(resources, files | {"handling.yaml": text.encode()}, data, ADMIN, "", START)
            return resources

        yield made


def row(word: str, **other: str) -> str:
    """A row of the handling that says so of open tasks."""
    says = {"documents": "[purchase_order]", "limit": "delegator", "depth": "1"} | other
    says |= {"pending_tasks": word} if word else {}
    return f"  - {{{', '.join(f'{key}: {value}' for key, value in says.items())}}}\n"


@pytest.fixture
def resources(make: Make) -> Resources:
    return make(row("stay"))


def submitted(resources: Resources, now: datetime = NOW, **fields: object) -> int:
    done = submit(resources, order() | fields, "portal", PORTAL, now)
    assert isinstance(done, Submitted)
    return done.case.id


def begin(
    resources: Resources, now: datetime, delegate_: str = "lena", by_: str = "mia", days: int = 0
) -> str:
    """A delegation that somebody makes; the first day is so many days later."""
    first = (now + days * DAY).date()
    wish = Wish(delegate_, first, date(2027, 3, 31), "away")
    made = delegate(resources, wish, by(by_), now)
    assert made.code == ""
    return made.id


def asked(resources: Resources, id: int) -> set[tuple[str, str]]:
    with resources.store.reading() as connection:
        return {(task.person, task.on_behalf_of) for task in cases.tasks_on(connection, id)}


def do(
    resources: Resources, id: int, person: str, now: datetime, kind: Kind = Kind.APPROVE, **of: str
) -> str:
    with resources.store.reading() as connection:
        case = cases.by_id(connection, id)
    assert case is not None
    action = Action(kind, person, case.version, **of)  # type: ignore[arg-type]
    done = act(resources, id, action, by(person), now)
    assert done is not None
    return done.code


def bodies(resources: Resources, id: int) -> list[dict[str, object]]:
    with resources.store.reading() as connection:
        return [json.loads(record.body) for record in records_of(connection, id)]


def away(resources: Resources, now: datetime, person: str = "mia", to: str = "2027-03-31") -> None:
    files = data_files() | {"absences.csv": f"person,from,to\n{person},2027-03-15,{to}\n".encode()}
    load_master_data(resources, files, ADMIN, "away", now)


def load_delegations(resources: Resources, now: datetime, *rows: str) -> None:
    text = COLUMNS + "".join(f"{each}\n" for each in rows)
    load_master_data(
        resources, data_files() | {"delegations.csv": text.encode()}, ADMIN, "load", now
    )


def test_an_open_task_stays_and_a_later_one_is_the_delegates_too(resources: Resources) -> None:
    old = submitted(resources)
    begin(resources, NOW + MINUTE)
    new = submitted(resources, NOW + 2 * MINUTE, id="PO-2")
    assert asked(resources, old) == {("mia", "")}
    assert asked(resources, new) == {("mia", ""), ("lena", "mia")}
    assert do(resources, old, "lena", NOW + HOUR) == "delegation_began_later"
    named = do(resources, old, "lena", NOW + HOUR, on_behalf_of="mia")
    assert named == "delegation_began_later"
    assert do(resources, new, "lena", NOW + HOUR) == ""
    assert do(resources, old, "mia", NOW + HOUR) == ""
    refusals = [each for each in bodies(resources, old) if each["kind"] == "refusal"]
    assert [each["code"] for each in refusals] == ["delegation_began_later"] * 2


@pytest.mark.parametrize("word", ["move", ""])
def test_open_tasks_move_where_the_row_says_so_or_says_nothing(make: Make, word: str) -> None:
    resources = make(row(word))
    old = submitted(resources)
    begin(resources, NOW + MINUTE)
    assert asked(resources, old) == {("mia", ""), ("lena", "mia")}
    assert do(resources, old, "lena", NOW + HOUR) == ""
    assert not any("asked_since" in body or "begun" in body for body in bodies(resources, old))


def test_one_row_that_moves_is_enough(make: Make) -> None:
    resources = make(row("stay") + row("move", when="{category: office_supplies}"))
    stays = submitted(resources)
    moves = submitted(resources, id="PO-2", category="office_supplies")
    begin(resources, NOW + MINUTE)
    assert asked(resources, stays) == {("mia", "")}
    assert asked(resources, moves) == {("mia", ""), ("lena", "mia")}


def test_a_step_that_opens_after_the_start_is_asked_of_the_delegate_too(
    resources: Resources,
) -> None:
    id = submitted(resources, amount="50000.00")
    begin(resources, NOW + MINUTE, "vera", "dan")
    begin(resources, NOW + MINUTE)
    assert do(resources, id, "lena", NOW + HOUR) == "delegation_began_later"
    assert do(resources, id, "mia", NOW + HOUR) == ""
    assert asked(resources, id) == {("dan", ""), ("vera", "dan")}
    assert do(resources, id, "vera", NOW + 2 * HOUR) == ""


def test_a_step_that_is_open_stays_whatever_is_done_on_the_document(resources: Resources) -> None:
    id = submitted(resources, amount="50000.00")
    assert do(resources, id, "mia", NOW + MINUTE) == ""
    begin(resources, NOW + HOUR, "vera", "dan")
    assert asked(resources, id) == {("dan", "")}
    assert do(resources, id, "dan", NOW + 2 * HOUR, Kind.CLAIM, place=place_of(resources, id)) == ""
    assert do(resources, id, "vera", NOW + 3 * HOUR) == "delegation_began_later"


def place_of(resources: Resources, id: int) -> int:
    with resources.store.reading() as connection:
        return next(task.place for task in cases.tasks_on(connection, id))


def test_it_stays_with_somebody_who_is_away_and_goes_up_when_he_is_silent(
    resources: Resources,
) -> None:
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    away(resources, NOW + HOUR)
    assert asked(resources, id) == {("mia", "")}
    new = submitted(resources, NOW + 2 * HOUR, id="PO-2")
    assert asked(resources, new) == {("lena", "mia")}
    assert do(resources, id, "lena", NOW + 3 * HOUR) == "delegation_began_later"
    handle_all_due(resources, WEDNESDAY)
    assert asked(resources, id) == {("mia", ""), ("dan", "")}
    assert do(resources, id, "lena", WEDNESDAY + HOUR) == "delegation_began_later"
    assert do(resources, id, "dan", WEDNESDAY + HOUR) == ""


def test_whoever_had_it_before_keeps_what_another_would_get_now(resources: Resources) -> None:
    """Mia is away with nobody for her: Dan has her place, and a later delegation moves nothing."""
    away(resources, START + HOUR)
    id = submitted(resources)
    assert asked(resources, id) == {("dan", "")}
    begin(resources, NOW + HOUR)
    assert asked(resources, id) == {("dan", "")}
    assert do(resources, id, "lena", NOW + 2 * HOUR) == "delegation_began_later"
    assert do(resources, id, "dan", NOW + 2 * HOUR) == ""


def test_another_holder_is_asked_anew_and_so_is_who_acts_for_him(resources: Resources) -> None:
    id = submitted(resources)
    begin(resources, NOW + MINUTE, "lena", "noah")
    text = data_files()["cost_centers.csv"].decode().replace("cc100,US01,mia", "cc100,US01,noah")
    files = data_files() | {"cost_centers.csv": text.encode()}
    load_master_data(resources, files, ADMIN, "transfer", NOW + HOUR)
    assert asked(resources, id) == {("noah", ""), ("lena", "noah")}
    assert do(resources, id, "lena", NOW + 2 * HOUR) == ""


def test_a_day_that_a_load_dates_back_moves_nothing(resources: Resources) -> None:
    id = submitted(resources)
    load_delegations(resources, NOW + HOUR, "D-1,mia,lena,2027-03-01,2027-03-31,,,,,,")
    assert asked(resources, id) == {("mia", "")}
    load_delegations(resources, NOW + 2 * HOUR, "D-1,mia,lena,2027-03-01,2027-04-30,,,,,,")
    assert do(resources, id, "lena", NOW + 3 * HOUR) == "delegation_began_later"
    assert bodies(resources, id)[-1]["begun"] == [
        {"delegation": "D-1", "at": "2027-03-15T14:00:00Z"}
    ]


def test_what_a_load_says_again_goes_on(resources: Resources) -> None:
    load_delegations(resources, START + HOUR, "D-1,mia,lena,2027-03-01,2027-03-31,,,,,,")
    id = submitted(resources)
    load_delegations(resources, NOW + HOUR, "D-1,mia,lena,2027-03-01,2027-04-30,,,,,,")
    assert asked(resources, id) == {("mia", ""), ("lena", "mia")}
    load_delegations(resources, NOW + 2 * HOUR)
    assert asked(resources, id) == {("mia", "")}
    load_delegations(resources, NOW + 3 * HOUR, "D-1,mia,lena,2027-03-01,2027-04-30,,,,,,")
    assert asked(resources, id) == {("mia", "")}  # it is another one since then
    assert do(resources, id, "lena", NOW + 4 * HOUR) == "delegation_began_later"


def test_a_delegation_that_begins_on_a_later_day_gets_what_is_asked_from_that_day_on(
    resources: Resources,
) -> None:
    watch = Watch()
    watch.look(resources, NOW)
    begin(resources, NOW, days=1)  # from midnight in New York, 04:00 in UTC
    midnight = datetime(2027, 3, 16, 4, 0, tzinfo=UTC)
    old = submitted(resources, midnight - MINUTE)
    new = submitted(resources, midnight, id="PO-2")
    watch.look(resources, midnight + HOUR)
    assert asked(resources, old) == {("mia", "")}
    assert asked(resources, new) == {("mia", ""), ("lena", "mia")}


def test_what_is_sent_back_and_comes_again_is_asked_anew(resources: Resources) -> None:
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    assert do(resources, id, "mia", NOW + HOUR, Kind.RETURN, comment="which one?") == ""
    assert do(resources, id, "rita", NOW + 2 * HOUR, Kind.RESUBMIT) == ""
    assert asked(resources, id) == {("mia", ""), ("lena", "mia")}
    assert do(resources, id, "lena", NOW + 3 * HOUR) == ""


CHANGES = "changes:\n  again_when: {changed: [supplier]}\n"


def test_other_content_is_asked_anew_only_where_everything_is_approved_again(make: Make) -> None:
    """Whoever sends it again, with another word in it, moves nothing to himself."""
    resources = make(row("stay"), CHANGES)
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    submitted(resources, NOW + HOUR, submitter="lena", category="office_supplies")
    assert asked(resources, id) == {("mia", "")}
    assert do(resources, id, "lena", NOW + 2 * HOUR) == LATER
    submitted(resources, NOW + 3 * HOUR, supplier="S-44")
    assert asked(resources, id) == {("mia", ""), ("lena", "mia")}


def test_other_content_begins_anew_where_the_set_says_nothing_of_changes(
    resources: Resources,
) -> None:
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    submitted(resources, NOW + HOUR, supplier="S-44")
    assert asked(resources, id) == {("mia", ""), ("lena", "mia")}
    assert do(resources, id, "lena", NOW + 2 * HOUR) == ""


def test_what_is_handed_on_is_his_who_took_it_and_of_nobody_else(resources: Resources) -> None:
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    begin(resources, NOW + MINUTE, "sam", "dan")
    assert do(resources, id, "mia", NOW + HOUR, Kind.REASSIGN, to="dan") == ""
    assert asked(resources, id) == {("dan", "")}
    assert do(resources, id, "lena", NOW + 2 * HOUR) != ""
    assert do(resources, id, "sam", NOW + 2 * HOUR) != ""


def test_one_task_can_be_given_to_a_delegate_all_the_same(resources: Resources) -> None:
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    assert do(resources, id, "mia", NOW + HOUR, Kind.DELEGATE, to="lena") == ""
    assert asked(resources, id) == {("mia", ""), ("lena", "mia")}
    assert do(resources, id, "lena", NOW + 2 * HOUR) == ""


def test_a_delegate_who_goes_away_keeps_what_he_has_for_another(resources: Resources) -> None:
    """Mia is away and Lena acts for her; Olga, for Lena while she is away, gets what is new."""
    begin(resources, NOW)
    away(resources, NOW)
    old = submitted(resources, NOW + MINUTE)
    assert asked(resources, old) == {("lena", "mia")}
    begin(resources, NOW + HOUR, "olga", "lena")
    both = "person,from,to\nmia,2027-03-15,2027-03-31\nlena,2027-03-15,2027-03-31\n"
    files = data_files() | {"absences.csv": both.encode()}
    load_master_data(resources, files, ADMIN, "away", NOW + 2 * HOUR)
    new = submitted(resources, NOW + 3 * HOUR, id="PO-2", supplier="S-44")
    assert asked(resources, old) == {("lena", "mia")}
    assert asked(resources, new) == {("olga", "mia")}
    assert do(resources, old, "olga", NOW + 4 * HOUR) == "step_not_current"  # the next one is hers
    assert do(resources, old, "lena", NOW + 4 * HOUR) == ""


def test_a_delegation_that_would_give_nothing_keeps_nothing(make: Make) -> None:
    """Mia is away, and whom she lets act for her may not sign so much: it goes up at once."""
    resources = make(row("stay", cap="1_000.00 USD"))
    id = submitted(resources)
    begin(resources, NOW + MINUTE)
    away(resources, NOW + HOUR)
    assert asked(resources, id) == {("dan", "")}


def test_what_is_revoked_gives_nothing_and_one_made_again_begins_again(
    resources: Resources,
) -> None:
    first = begin(resources, NOW)
    id = submitted(resources, NOW + MINUTE)
    assert asked(resources, id) == {("mia", ""), ("lena", "mia")}
    assert revoke(resources, first, "back", by("mia"), NOW + HOUR).code == ""
    assert asked(resources, id) == {("mia", "")}
    assert do(resources, id, "lena", NOW + HOUR) == "delegation_revoked"
    begin(resources, NOW + 2 * HOUR)
    assert asked(resources, id) == {("mia", "")}
    assert do(resources, id, "lena", NOW + 3 * HOUR) in ("delegation_revoked", LATER)


def test_who_is_asked_above_has_his_delegate_from_before_and_none_from_later(
    resources: Resources,
) -> None:
    one, two = submitted(resources), submitted(resources, id="PO-2", supplier="S-44")
    begin(resources, NOW + HOUR, "olga", "dan")
    assert do(resources, one, "mia", NOW + 2 * HOUR, Kind.ESCALATE) == ""
    assert asked(resources, one) == {("mia", ""), ("dan", ""), ("olga", "dan")}
    assert do(resources, two, "mia", NOW + 2 * HOUR, Kind.ESCALATE) == ""
    begin(resources, NOW + 3 * HOUR, "sam", "dan")
    assert asked(resources, two) == {("mia", ""), ("dan", ""), ("olga", "dan")}
    assert do(resources, two, "sam", NOW + 4 * HOUR) == LATER
    assert do(resources, two, "olga", NOW + 4 * HOUR) == ""


def test_the_record_says_since_when_and_is_performed_again(resources: Resources) -> None:
    id = submitted(resources)
    made = begin(resources, NOW + MINUTE)
    assert do(resources, id, "lena", NOW + HOUR) == LATER
    body = bodies(resources, id)[-1]
    [known] = body["asked_since"]  # type: ignore[misc]
    assert known["since"] == "2027-03-15T13:00:00Z"
    assert known["persons"] == ["mia"]
    assert body["begun"] == [{"delegation": made, "at": "2027-03-15T13:01:00Z"}]
    assert not_performed(resources.store) == []


def test_why_the_delegate_is_not_asked_stands_in_the_decision(resources: Resources) -> None:
    """From the start of the delegation on, on record once, though nobody else is asked."""
    id = submitted(resources)
    made = begin(resources, NOW + MINUTE)
    assert [body["kind"] for body in bodies(resources, id)] == ["submission", "tasks_changed"]
    body = bodies(resources, id)[-1]
    assert body["asked"] == body["asked_before"]
    assert re_resolve(resources, id, NOW + HOUR, Cause.TIME) is False
    assert len(bodies(resources, id)) == 2
    with resources.store.reading() as connection:
        case = cases.by_id(connection, id)
    assert case is not None
    [passed] = [
        each
        for each in json.loads(case.decision_json)["passed_over"]
        if each["code"] == LATER and each["word"] == "cost_center_owner"
    ]
    assert passed["person"] == "lena"
    assert passed["words"] == {
        "asked": "2027-03-15T13:00:00Z",
        "began": "2027-03-15T13:01:00Z",
        "delegation": made,
    }
