"""Running the tests of a policy set: build their world, decide, act, and compare.

What reads folders and builds snapshots is passed in (`Sources`): nothing here touches a disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from engine.cumulation import totals
from engine.deciding import decide
from engine.decision import Decision
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.history import NO_HISTORY, History
from engine.master_data import MasterData, PersonId
from engine.places import Place
from engine.policy import PolicySet
from engine.rates import Shortage
from engine.readiness.asking import readiness
from engine.readiness.finding import Finding
from engine.readiness.surroundings import Surroundings
from engine.routing.acting import Progress, progress
from engine.routing.course import Act
from rules.compiling.context import Context
from rules.diagnostics import Diagnostic, Diagnostics
from rules.testing.comparing import Compared, Outcome, compare
from rules.testing.forms import read_tests
from rules.testing.moments import around, changes
from rules.testing.reports import check_reports
from rules.testing.standing import approvers_of
from rules.testing.worlds import Sources, World, Worlds
from rules.testing.written import PolicyTest, PolicyTests

Decide = Callable[[PolicySet, MasterData, Document, datetime, FactValues, History], Decision]

ANY_MOMENT: Final = datetime(2027, 1, 4, 12, tzinfo=UTC)  # of a test that must not depend on it
MOST_MOMENTS: Final = 200  # tried for a test without a moment; beyond that it has to state one


@dataclass(frozen=True, slots=True)
class Made:
    """One decision that a test made, with everything it was made from."""

    data: MasterData
    document: Document
    now: datetime
    given: FactValues
    decision: Decision
    history: History = NO_HISTORY
    unready: tuple[Finding, ...] | None = None  # what keeps it from posting, where that was asked


@dataclass(frozen=True, slots=True)
class Ready:
    """A test that can be run: its world is built. `now` is any moment where it states none."""

    file: PolicyTests
    test: PolicyTest
    world: World
    now: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """One test and how it ended.

    `problems` keep a test from being run at all. `reasons` are those of the decision, as
    `place: code words`, and `decision` is the decision itself, to be explained. `made` is every
    decision that the test was judged by: the first, and one for each later moment of an act.
    """

    name: str
    place: Place
    compared: tuple[Compared, ...] = ()
    problems: tuple[str, ...] = ()
    decision: Decision | None = None
    reasons: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything expected came out."""
        return not self.problems and all(found.ok for found in self.compared)

    def __str__(self) -> str:
        """`ok` or `FAILED`, and for a failure what was expected and what came out."""
        if self.passed:
            return f"ok      {self.name}"
        lines = [f"FAILED  {self.name}", f"        {self.place}"]
        lines += [f"        {line}" for text in self.problems for line in text.splitlines()]
        for found in self.compared:
            if not found.ok:
                lines.append(f"        {found.what}: expected {found.expected}")
                lines.append(f"        {' ' * len(found.what)}       got {found.got}")
        lines += [f"          because {reason}" for reason in self.reasons]
        return "\n".join(lines)


def run_tests(
    policy: PolicySet,
    files: Mapping[str, bytes],
    sources: Sources,
    diagnostics: Diagnostics,
    reports: Iterable[Diagnostic] | None = None,
    decide_with: Decide = decide,
) -> tuple[Result, ...]:
    """Runs every test of a set, in the order of files and lines.

    What cannot be read is added to `diagnostics`. `reports` are those of compiling and checking
    the set, for `lint:`; `None` leaves them out.
    """
    found = read_tests(files, diagnostics)
    runner = Runner(policy, Worlds(policy, sources), decide_with)
    results = [runner.run(file, test, diagnostics) for file in found for test in file.tests]
    if reports is not None:
        results += _report_results(found, reports)
    return tuple(results)


def _report_results(
    files: Iterable[PolicyTests], reports: Iterable[Diagnostic]
) -> Iterable[Result]:
    wanted = [report for file in files for report in file.lint]
    for name, place, found in check_reports(wanted, reports):
        yield Result(name, place, (found,))


class Runner:
    """Runs tests of one set; worlds that several tests share are built once."""

    def __init__(self, policy: PolicySet, worlds: Worlds, decide_with: Decide = decide) -> None:
        self._policy = policy
        self._worlds = worlds
        self._decide = decide_with

    def run(self, file: PolicyTests, test: PolicyTest, diagnostics: Diagnostics) -> Result:
        """One test. Whatever is wrong with it is a diagnostic, and a problem of the result."""
        own = Diagnostics()
        ready = self.ready(file, test, own)
        result = Result(test.name, test.place)
        if ready is not None:
            result = self.judge(ready)
            if test.on is None and self._depends_on_time(file, test, ready.world):
                message = "the result depends on time, and neither test nor file states `on`"
                own.error("no-time", test.place, message, "write `on: 2027-03-15`, say")
        diagnostics.extend(own)
        problems = tuple(str(problem) for problem in own if problem.severity == "error")
        return replace(result, problems=problems)

    def ready(self, file: PolicyTests, test: PolicyTest, diagnostics: Diagnostics) -> Ready | None:
        """The test with its world; `None` once it is reported why there is none."""
        moment = self._worlds.moment(test, diagnostics) or ANY_MOMENT
        world = self._worlds.build(file, test, moment, Context(diagnostics))
        if world is None or diagnostics.has_errors:
            return None
        return Ready(file, test, world, moment)

    def judge(self, ready: Ready) -> Result:
        """Decides, replays the acts, and compares with what the test expects."""
        test, world, now = ready.test, ready.world, ready.now
        given, missing = self._given(world, now)
        made: dict[datetime, Made] = {}

        def decide_at(moment: datetime) -> Decision:
            if moment not in made:
                inputs = world.data, world.document, moment, given
                found = self._decide(self._policy, *inputs, world.history)
                made[moment] = Made(*inputs, found, world.history)
            return made[moment].decision

        decision = decide_at(now)
        acts = tuple(
            Act(act.by, self._worlds.at(act.at, world, now), act.kind, act.on_behalf_of, act.body)
            for act in test.acts
        )
        latest = max((now, *(act.at for act in acts)))
        reached = progress(decide_at, world.data, world.document.requester, acts, latest)
        approvers = approvers_of(world.data, acts, reached.refusals)
        unready = self._unready(test, world, approvers, latest)
        made[now] = replace(made[now], unready=unready)
        compared = compare(test.expect, Outcome(decision, reached, world.data, unready))
        reasons = (*_reasons(decision, missing), *_course(reached, acts), *_said(unready))
        result = Result(test.name, test.place, compared, (), decision, reasons)
        return replace(result, made=tuple(made.values()))

    def _unready(
        self, test: PolicyTest, world: World, approvers: frozenset[PersonId], now: datetime
    ) -> tuple[Finding, ...] | None:
        """What keeps the document from posting; `None` where the test does not ask."""
        if not test.expect.asks_readiness:
            return None
        beside = Surroundings(world.beside, approvers=approvers)
        return readiness(self._policy, world.data, world.document, now, beside=beside)

    def _given(self, world: World, now: datetime) -> tuple[FactValues, Mapping[str, Shortage]]:
        """Totals over the earlier documents, and the facts that the test states."""
        found = totals(self._policy, world.data, world.document, world.earlier, now)
        return {**found.values, **world.facts}, found.missing

    def _depends_on_time(self, file: PolicyTests, test: PolicyTest, world: World) -> bool:
        """Whether the decision differs before and after some change, or something states a day."""
        if any(act.at is not None for act in test.acts) or world.is_dated:
            return True
        zone = self._worlds.zone(world.document.entity)
        moments = around(changes(self._policy, world.data, zone))
        if len(moments) > MOST_MOMENTS:
            return True
        first = self._timeless(file, test, ANY_MOMENT)
        return any(self._timeless(file, test, moment) != first for moment in moments)

    def _timeless(self, file: PolicyTests, test: PolicyTest, now: datetime) -> object:
        """The decision at a moment and what keeps it from posting, without what names the moment.

        `None` where the world of the test cannot be built.
        """
        world = self._worlds.build(file, test, now, Context(Diagnostics()))
        if world is None:
            return None
        given, _ = self._given(world, now)
        decision = self._decide(self._policy, world.data, world.document, now, given, world.history)
        unready = self._unready(test, world, frozenset(), now) or ()
        codes = [(finding.code, finding.place) for finding in unready]
        return replace(decision, now=ANY_MOMENT, document_digest="", digest=""), codes


def _reasons(decision: Decision, missing: Mapping[str, Shortage]) -> tuple[str, ...]:
    """Why the decision is what it is, one line each, in the engine's codes."""
    found: list[str] = []
    if decision.held is not None:
        found.append(_reason(decision.held.place, decision.held.code, decision.held.words))
    if decision.refused is not None:
        found.append(_reason(decision.refused.place, decision.refused.code, decision.refused.words))
    found += [_reason(reason.place, reason.code, reason.words) for reason in decision.reasons]
    found += [f"{f.place}: {f.code} {f.text}" for f in decision.findings]
    for passed in decision.passed_over:
        found.append(f"{passed.person} was passed over for {passed.word}: {passed.code}")
    if decision.held is not None:
        found += [
            f"the total {name} is not known: {lack.code} {lack.detail}"
            for name, lack in missing.items()
        ]
    return tuple(found)


def _said(unready: tuple[Finding, ...] | None) -> Iterable[str]:
    """What keeps it from posting, one line each."""
    for finding in unready or ():
        yield _reason(finding.place, finding.code, finding.words)


def _course(reached: Progress, acts: tuple[Act, ...]) -> tuple[str, ...]:
    """What became of the acts, and who still has to act."""
    if not acts:
        return ()
    found = [f"the act of {one.person} was refused: {one.code}" for one in reached.refusals]
    for place in reached.missing:
        found.append(f"{' or '.join(place.words)} is open, for {', '.join(place.people)}")
    return tuple(found)


def _reason(place: Place, code: str, words: tuple[tuple[str, str], ...]) -> str:
    said = ", ".join(f"{name} {text}" for name, text in words if text)
    return f"{place}: {code}" + (f" ({said})" if said else "")
