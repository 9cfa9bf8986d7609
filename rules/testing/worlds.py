"""The world of a test: its document, those before it, the people, and facts from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from posixpath import dirname, join, normpath
from typing import Final

from engine.business_time import instant
from engine.cumulation import APPROVED, Earlier
from engine.documents import accept
from engine.documents.model import Document
from engine.errors import InputError, InputErrors
from engine.facts.kinds import FactValue, FactValues, Kind
from engine.history import NO_HISTORY, History
from engine.master_data import MasterData
from engine.places import Place
from engine.policy import PolicySet
from engine.readiness.surroundings import Beside
from rules.compiling.constants import constant
from rules.compiling.context import Context
from rules.diagnostics import Diagnostics, did_you_mean, shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Scalar, described
from rules.testing.data import OWNERS, Row, Tables, folder_of, tables_of
from rules.testing.documents import Raw, filling, paper_word, raw_document
from rules.testing.pasts import (
    APPROVED_BY,
    AT,
    OUTCOME,
    Before,
    WrittenApproval,
    history_of_test,
)
from rules.testing.standing import beside_of, counted_as
from rules.testing.written import Item, Moment, PolicyTest, PolicyTests, day_of

ID: Final = "TEST-1"
UTC_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot of master data, or why there is none. `problems` are rows that were left out."""

    data: MasterData | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """How folders of master data are read, and tables made into a snapshot.

    `tables` takes a path relative to the set's folder and answers `None` where there is none.
    """

    tables: Callable[[str], Mapping[str, Sequence[Mapping[str, str]]] | None]
    build: Callable[[Mapping[str, list[Row]]], Built]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that one test is decided with. `is_dated`: something earlier states its day."""

    document: Document
    earlier: tuple[Earlier, ...]
    facts: FactValues
    data: MasterData
    is_dated: bool
    history: History = NO_HISTORY
    beside: tuple[Beside, ...] = ()


class Worlds:
    """Makes the worlds of one set's tests; folders and snapshots are made once each."""

    def __init__(self, policy: PolicySet, sources: Sources) -> None:
        self._policy = policy
        self._sources = sources
        self._folders: dict[str, Tables | None] = {}
        self._built: dict[str, Built] = {}

    def zone(self, entity: str) -> str:
        """The time zone of an entity; UTC for one that the set does not know."""
        known = self._policy.organization.entities.get(entity)
        return known.zone if known is not None else UTC_ZONE

    def moment(self, test: PolicyTest, diagnostics: Diagnostics) -> datetime | None:
        """When the test happens; `None` where nobody says."""
        if test.on is None:
            return None
        raw = self._raw(test, (test.defaults, test.document), ID, Diagnostics())
        return self._instant(test.on, str(raw.get("entity", "")))

    def at(self, moment: Moment | None, world: World, now: datetime) -> datetime:
        """The instant of an act; the test's own where the act states none."""
        return now if moment is None else self._instant(moment, world.document.entity)

    def _instant(self, moment: Moment, entity: str) -> datetime:
        if moment.moment is not None:
            return moment.moment
        return instant(day_of(moment), self.zone(entity))

    def build(
        self, file: PolicyTests, test: PolicyTest, now: datetime, context: Context
    ) -> World | None:
        """The world of a test at a moment; `None` once it is reported what is wrong."""
        found = context.diagnostics
        raw = self._raw(test, (test.defaults, test.document), ID, found)
        before = [self._before(test, node, n, now, context) for n, node in enumerate(test.earlier)]
        folder, is_found = self._folder(file, test, found)
        raws = [raw, *(one.raw for one in before)]
        holds = [(act.by, role) for act in test.acts for role in act.holds]
        self._check_roles(test, found)
        tables = tables_of(test.given, folder, self._policy, raws, holds, context)
        facts = self._facts(test, context)
        if found.has_errors or not is_found:
            return None
        data = self._data(tables, test.place, found)
        document = self._accept(raw, test.document, now, found)
        earlier = [
            (accepted, one)
            for one in before
            if (accepted := self._accept(one.raw, one.node, one.at, found)) is not None
        ]
        if data is None or document is None or found.has_errors:
            return None
        self._check_names(test, data, found)
        totalled = tuple(
            Earlier(accepted, counted_as(one.status), one.at) for accepted, one in earlier
        )
        pasts = [Before(accepted, one.at, one.approvals) for accepted, one in earlier]
        unreviewed = self._unreviewed(test, document, found)
        history = history_of_test(document, data, pasts, unreviewed, now, found)
        is_dated = any(one.is_dated for one in before) or bool(unreviewed)
        outcomes = zip(pasts, (one.status for _, one in earlier), strict=True)
        beside = tuple(beside_of(document, outcomes, history))
        return World(document, totalled, facts, data, is_dated, history, beside)

    def _unreviewed(
        self, test: PolicyTest, document: Document, diagnostics: Diagnostics
    ) -> dict[str, datetime]:
        known = {mitigation.name for mitigation in self._policy.mitigations}
        for name, moment in test.unreviewed.items():
            if name not in known:
                help = did_you_mean(name, known)
                message = f"no mitigation named {shown(name)}"
                diagnostics.error("unknown-mitigation", moment.place, message, help)
        return {
            name: self._instant(moment, document.entity) for name, moment in test.unreviewed.items()
        }

    def _raw(
        self,
        test: PolicyTest,
        written: Sequence[MappingNode | None],
        id: str,
        diagnostics: Diagnostics,
    ) -> Raw:
        fill = filling(self._policy, with_people=folder_of(test.given) is None)
        return raw_document(written, self._policy, fill, id, diagnostics)

    def _before(
        self, test: PolicyTest, node: MappingNode, number: int, now: datetime, context: Context
    ) -> _Before:
        """An earlier document: like any other, with a status and a moment of its own."""
        status, at = APPROVED, now
        written: tuple[WrittenApproval, ...] = ()
        entries = []
        for key, value in node.entries:
            match key.text:
                case OUTCOME.name:
                    status = OUTCOME.form.read(value, context) or status
                case AT.name:
                    moment = AT.form.read(value, context)
                    at = at if moment is None else self._instant(moment, self._entity(test, node))
                case APPROVED_BY.name:
                    written = APPROVED_BY.form.read(value, context) or ()
                case _:
                    entries.append((key, value))
        own = MappingNode(tuple(entries), node.place)
        raw = self._raw(test, (test.defaults, own), f"EARLIER-{number + 1}", context.diagnostics)
        approvals = tuple(
            (one, at if one.at is None else self._instant(one.at, self._entity(test, node)))
            for one in written
        )
        is_dated = node.get(AT.name) is not None or any(one.at is not None for one in written)
        return _Before(raw, own, status, at, is_dated, approvals)

    def _entity(self, test: PolicyTest, node: MappingNode) -> str:
        """The entity of an earlier document, before it is accepted."""
        default = test.defaults.get("entity") if test.defaults is not None else None
        where = node.get("entity") or default
        return where.text if isinstance(where, Scalar) else self._only_entity()

    def _only_entity(self) -> str:
        return filling(self._policy, with_people=False).entity

    def _folder(
        self, file: PolicyTests, test: PolicyTest, diagnostics: Diagnostics
    ) -> tuple[Tables | None, bool]:
        """The tables of the folder that a test names, and whether all is well with that."""
        named = folder_of(test.given)
        if named is None:
            return None, True
        for path in (normpath(join(dirname(file.name), named.text)), normpath(named.text)):
            if path.startswith(("..", "/")):
                continue
            if path not in self._folders:
                tables = self._sources.tables(path)
                self._folders[path] = None if tables is None else _copied(tables)
            found = self._folders[path]
            if found is not None:
                return found, True
        message = f"no folder {shown(named.text)} beside the file or in the set"
        diagnostics.error("bad-data", named.place, message)
        return None, False

    def _data(self, tables: Tables, place: Place, diagnostics: Diagnostics) -> MasterData | None:
        key = repr(sorted(tables.items()))
        if key not in self._built:
            self._built[key] = self._sources.build(tables)
        built = self._built[key]
        for problem in built.problems:
            diagnostics.error("bad-data", place, problem.replace("\n  help: ", "; "))
        return built.data

    def _facts(self, test: PolicyTest, context: Context) -> FactValues:
        """Facts from outside, read like constants of a condition."""
        found: dict[str, FactValue] = {}
        for key, node in test.facts.entries if test.facts is not None else ():
            fact = self._policy.facts.get(key.text)
            if fact is None:
                context.unknown("unknown-fact", key.place, "fact", key.text, self._policy.facts)
            elif not isinstance(node, Scalar):
                message = f"expected a value, found {described(node)}"
                context.error("expected-text", node.place, message)
            elif fact.kind is Kind.PAPER:
                words = ("present", "missing")
                said = replace(node, text=paper_word(node.text))
                found[key.text] = values.one_of(said, words, context.diagnostics) == "present"
            else:
                value = constant(node, fact, context)
                if value is not None:
                    found[key.text] = value
        return found

    def _accept(
        self, raw: Raw, node: MappingNode, now: datetime, diagnostics: Diagnostics
    ) -> Document | None:
        try:
            facts, types = self._policy.facts, self._policy.documents
            return accept(raw, facts, types, received_at=now)
        except InputErrors as wrong:
            for error in wrong.errors:
                place = node.place_of(error.field.partition(".")[0].partition("[")[0])
                message = f"{shown(error.field)}: {error.message} ({error.code})"
                diagnostics.error("bad-document", place, message, self._help(error))
            return None

    def _help(self, error: InputError) -> str | None:
        """What to write, where the set says it."""
        entities = self._policy.organization.entities
        if (error.field, error.code) != ("entity", "missing_field") or len(entities) < 2:
            return None
        return f"the set has {len(entities)} entities: name one, such as `entity: {min(entities)}`"

    def _check_roles(self, test: PolicyTest, diagnostics: Diagnostics) -> None:
        roles = self._policy.organization.roles
        for act in test.acts:
            for role in act.holds:
                if role not in roles:
                    help = did_you_mean(role, roles)
                    diagnostics.error("unknown-role", act.place, f"no role {shown(role)}", help)

    def _check_names(self, test: PolicyTest, data: MasterData, diagnostics: Diagnostics) -> None:
        """A misspelt name would make `not_asked` true for ever."""
        organization = self._policy.organization
        people = {*data.people, *data.logins}
        known = {*people, *organization.roles, *OWNERS, "requester.manager", "requester", "chain"}
        known |= set(organization.levels)
        expect = test.expect
        lists = (expect.approve, expect.not_asked, expect.notify, expect.consult, expect.ratify)
        items = [item for found in (*lists, *(expect.steps or ())) for item in found or ()]
        for item in _named(items):
            if item.name not in known:
                help = did_you_mean(item.name, known)
                message = f"no person or role named {shown(item.name)}"
                diagnostics.error("unknown-person", item.place, message, help)
        for act in test.acts:
            for name in (act.by, act.on_behalf_of):
                if name and name not in people:
                    help = did_you_mean(name, people)
                    message = f"no person named {shown(name)}"
                    diagnostics.error("unknown-person", act.place, message, help)


@dataclass(frozen=True, slots=True)
class _Before:
    """An earlier document as it will be accepted."""

    raw: Raw
    node: MappingNode
    status: str
    at: datetime
    is_dated: bool
    approvals: tuple[tuple[WrittenApproval, datetime], ...]


def _copied(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> Tables:
    return {name: [dict(row) for row in rows] for name, rows in tables.items()}


def _named(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        if item.name:
            yield item
        yield from _named(item.parts)
