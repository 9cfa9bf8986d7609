"""Before anything is sent, what happened on the case is looked at once more, by another engine."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from adapters.second_opinion.asking import SecondOpinion
from adapters.store.outbox import Delivery as State
from adapters.store.trail import every_record
from api.cli import app
from api.usecases.casework.checking import check_trail
from api.usecases.casework.posting import Counter
from api.usecases.casework.replaying import replay
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.second_opinion import Answer, Opinions, Word, recorded
from api.usecases.casework.settling import Result
from api.worker import Worker
from engine.cases.status import Status
from tests.casework.deliveries import Delivery, enqueued, made
from tests.casework.documents import by
from tests.matcher import matcher

NOBODY = (sys.executable, "-I", "-c", "raise SystemExit(3)")
FINDS_NOTHING = (
    "import json, sys\n"
    "for line in sys.stdin:\n"
    "    asked = json.loads(line)\n"
    "    print(json.dumps({'number': asked['number'], 'fired': [[] for _ in asked['facts']]}),"
    " flush=True)"
)
FINDS_RITA = FINDS_NOTHING.replace(
    "[[] for _ in asked['facts']]",
    "[[['r0', {'m0': next(json.loads(f)['id'] for f in fs if 'approval' in f),"
    " 'm1': 'f0'}]] for fs in asked['facts']]",
)


@pytest.fixture
def on(resources: Resources, tmp_path: Path) -> Delivery:
    """Purchase order PO-1, approved by Mia, waits to be posted."""
    found = made(resources, tmp_path)
    enqueued(resources)
    return found


@contextmanager
def asking(script: str = "", *command: str) -> Iterator[SecondOpinion]:
    second = SecondOpinion(5.0, command or (sys.executable, "-I", "-c", script))
    try:
        yield second
    finally:
        second.close()


def delivered(on: Delivery, opinions: Opinions) -> Result:
    counter: Counter = replace(on.counter(), opinions=opinions)
    done = Worker(on.resources, counter).deliver_one()
    assert done is not None
    return done.result


def opinions_of(on: Delivery) -> list[dict[str, Any]]:
    with on.resources.store.reading() as connection:
        return [
            json.loads(each.body)
            for each in every_record(connection)
            if each.kind == "second_opinion"
        ]


def codes(on: Delivery) -> list[tuple[str, str]]:
    return [(each.code, each.owner) for each in on.exceptions()]


def stated(on: Delivery, choice: str) -> None:
    """The set that the case was decided with states a choice about second opinions."""
    with on.resources.store.reading() as connection:
        current = on.resources.loaded.current(connection)
    chosen = replace(current, policy=replace(current.policy, second_opinion=choice))
    on.resources.loaded._known[current.digests] = chosen


def in_secret(on: Delivery, change: str) -> None:
    """Somebody with all rights on the database changes what was accepted on a case."""
    with on.resources.store.transaction() as connection:
        connection.execute(text(change))


@pytest.mark.server
def test_where_both_engines_agree_it_is_recorded_and_posted(on: Delivery) -> None:
    with matcher() as second:
        assert delivered(on, Opinions(second, is_needed=True)) is Result.POSTED
    assert on.kinds()[-3:] == ["posting_enqueued", "second_opinion", "posted"]
    (record,) = opinions_of(on)
    assert (record["opinion"], record["violations"], record["code"]) == ("agreement", [], "")
    assert record["rules_digest"].startswith("sha256:")
    assert record["case_file"] == ""
    assert check_trail(on.resources.store).is_intact


@pytest.mark.server
def test_what_the_set_has_and_rules_cannot_say_is_named_in_the_record(on: Delivery) -> None:
    with matcher() as second:
        delivered(on, Opinions(second))
    (record,) = opinions_of(on)
    assert all({"control", "code", "reason"} == {*each} for each in record["not_covered"])
    with on.resources.store.reading() as connection:
        policy = on.resources.loaded.current(connection).policy
    guarantees = {f"guarantee {each.name}" for each in policy.guarantees}
    assert guarantees <= {each["control"] for each in record["not_covered"]}


@pytest.mark.server
def test_an_approval_that_was_put_into_the_database_is_not_posted(on: Delivery) -> None:
    """Mia's approval becomes Rita's, who asked for the order herself: both engines see it."""
    in_secret(on, "update acts set person = 'rita'")
    with matcher() as second:
        assert delivered(on, Opinions(second)) is Result.FAILED
    assert codes(on) == [("control_violated", "ap_clerks")]
    (record,) = opinions_of(on)
    assert [each["control"] for each in record["violations"]] == ["self approval"]
    assert record["violations"] == record["violations_of_matcher"]
    assert on.erp.keys == []


def test_what_the_engine_alone_finds_is_not_posted_either(on: Delivery) -> None:
    """Without a second engine the first one still looks."""
    in_secret(on, "update acts set person = 'rita'")
    assert delivered(on, Opinions()) is Result.FAILED
    assert codes(on) == [("control_violated", "ap_clerks")]


def test_a_difference_is_an_exception_with_an_alarm_and_is_not_posted(
    on: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    in_secret(on, "update acts set person = 'rita'")
    with asking(FINDS_NOTHING) as second, caplog.at_level(logging.CRITICAL):
        assert delivered(on, Opinions(second)) is Result.FAILED
    assert codes(on) == [("second_opinion_differs", "operations")]
    assert (on.case().status, on.parcel().status) == (Status.EXCEPTION, State.FAILED)
    assert on.erp.keys == []
    assert [each.getMessage() for each in caplog.records] == ["the second opinion differs"]
    (record,) = opinions_of(on)
    assert (record["opinion"], record["violations_of_matcher"]) == ("difference", [])
    assert check_trail(on.resources.store).is_intact


def test_what_only_the_matcher_finds_is_a_difference_too(on: Delivery) -> None:
    with asking(FINDS_RITA) as second:
        assert delivered(on, Opinions(second)) is Result.FAILED
    assert codes(on) == [("second_opinion_differs", "operations")]
    assert on.erp.keys == []


def test_a_difference_that_is_sent_off_again_without_a_correction_differs_again(
    on: Delivery,
) -> None:
    in_secret(on, "update acts set person = 'rita'")
    with asking(FINDS_NOTHING) as second:
        delivered(on, Opinions(second))
        sent = replay(on.resources, 1, by("gina"), "looked at", on.clock())
        assert sent is not None
        assert sent.code == ""
        assert delivered(on, Opinions(second)) is Result.FAILED
    assert [each["opinion"] for each in opinions_of(on)] == ["difference", "difference"]


@pytest.mark.server
def test_the_case_file_in_the_trail_asks_the_matcher_the_same_again(
    on: Delivery, tmp_path: Path
) -> None:
    in_secret(on, "update acts set person = 'rita'")
    with asking(FINDS_NOTHING) as second:
        delivered(on, Opinions(second))
    file = tmp_path / "case.json"
    file.write_text(opinions_of(on)[0]["case_file"], encoding="utf-8")
    with matcher():
        done = CliRunner().invoke(app, ["second-opinion", str(file)])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[1:] == [
        "the engine found:",
        "  self approval by rita, acts 2",
        "the matcher found: nothing",
        "asked again, it finds:",
        "  self approval by rita, acts 2",
        "they agree now",
    ]


@pytest.mark.server
def test_the_case_file_is_taken_out_of_the_trail_by_the_number_of_the_case(
    on: Delivery, tmp_path: Path
) -> None:
    if not on.resources.store.is_sqlite:
        return  # the command is the same for every database
    in_secret(on, "update acts set person = 'rita'")
    with asking(FINDS_NOTHING) as second:
        delivered(on, Opinions(second))
    with matcher():
        url = f"sqlite:///{tmp_path / 'countersign.db'}"
        file = str(tmp_path / "case.json")
        ask = ["second-opinion", file, "--database", url, "--json", "--case"]
        done = CliRunner().invoke(app, [*ask, "C-000001"])
        missing = CliRunner().invoke(app, [*ask, "C-000009"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["agrees"]
    assert json.loads(Path(file).read_text(encoding="utf-8"))["case"] == "C-000001"
    assert missing.exit_code == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"form": 2}',
        '{"form": 1, "rulesets": []}',
        '{"form": 1, "rulesets": [{"text": "{}", "rules": {}, "blockers": []}], "rules": "x"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_case_file_is_refused_with_its_name(text: str, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["second-opinion", str(file)])
    assert done.exit_code == 3
    assert done.output.startswith(f"error: `{file}`: ")


@pytest.mark.parametrize(
    ("choice", "is_needed", "result"),
    [
        ("", False, Result.POSTED),
        ("", True, Result.FAILED),
        ("where_installed", True, Result.POSTED),
        ("required", False, Result.FAILED),
    ],
)
def test_without_a_second_engine_the_set_or_else_the_environment_decides(
    on: Delivery, choice: str, is_needed: bool, result: Result
) -> None:
    stated(on, choice)
    with asking("", *NOBODY) as second:
        assert delivered(on, Opinions(second, is_needed)) is result
    (record,) = opinions_of(on)
    assert (record["opinion"], record["code"]) == ("unavailable", "not_installed")
    failed = [("second_opinion_unavailable", "operations")]
    assert codes(on) == ([] if result is Result.POSTED else failed)
    assert check_trail(on.resources.store).is_intact


@pytest.mark.server
def test_a_matcher_that_dies_is_asked_again_later_and_nothing_is_sent_before(on: Delivery) -> None:
    with matcher() as second:
        opinions = Opinions(second, is_needed=True)
        enqueued(on.resources, "PO-2", "900.00")
        assert delivered(on, opinions) is Result.POSTED
        assert second.pid is not None
        os.kill(second.pid, signal.SIGKILL)
        assert delivered(on, opinions) is Result.AGAIN
        assert on.erp.keys == ["C-000001/1"]
        on.clock.pass_by(minutes=1)
        assert delivered(on, opinions) is Result.POSTED
    assert [each["opinion"] for each in opinions_of(on)] == [
        "agreement",
        "unavailable",
        "agreement",
    ]


def test_the_same_answer_again_is_recorded_once_for_a_posting(on: Delivery) -> None:
    stated(on, "required")
    with asking("raise SystemExit(1)") as second:
        for _ in range(3):
            assert delivered(on, Opinions(second)) is Result.AGAIN
            on.clock.pass_by(minutes=20)
    assert [each["code"] for each in opinions_of(on)] == ["crashed"]
    assert on.erp.keys == []


def test_what_the_engine_itself_cannot_look_at_is_not_posted(on: Delivery) -> None:
    """Also where the set does not require a second opinion: there is not even a first."""
    with on.resources.store.reading() as connection:
        current = on.resources.loaded.current(connection)
        happened, _ = recorded(on.resources, connection, 1)
    nobody = replace(current.data, people={}, logins={})
    policy = replace(current.policy, second_opinion="where_installed")
    answer = Opinions().answer(replace(happened, data=nobody, policy=policy), "C-000001")
    assert (answer.word, answer.code) == (Word.UNAVAILABLE, "not_known")

    class Blind(Opinions):
        def answer(self, *asked: Any) -> Answer:
            return answer

    stated(on, "where_installed")
    assert delivered(on, Blind()) is Result.FAILED
    assert codes(on) == [("second_opinion_unavailable", "operations")]


def test_an_outcome_that_is_unknown_stays_so_while_there_is_no_opinion(on: Delivery) -> None:
    stated(on, "required")
    in_secret(on, "update outbox set is_outcome_unknown = 1")
    with asking("", *NOBODY) as second:
        assert delivered(on, Opinions(second)) is Result.FAILED
    assert on.parcel().is_outcome_unknown


def test_a_claim_that_lapsed_while_it_was_asked_writes_nothing(on: Delivery) -> None:
    class Slow(Opinions):
        def answer(self, *asked: Any) -> Any:
            in_secret(on, "update outbox set claim = 'another'")
            return super().answer(*asked)

    assert delivered(on, Slow()) is Result.LAPSED
    assert opinions_of(on) == []
    assert on.erp.keys == []


def test_it_is_asked_of_what_was_in_force_when_it_was_decided(on: Delivery) -> None:
    """Whoever else is loaded since then: it is loaded again by the digests of the record."""
    resources = replace(on.resources, loaded=Loaded())
    other = replace(on, resources=resources)
    assert delivered(other, Opinions()) is Result.POSTED
    assert resources.loaded.latest() is not None
