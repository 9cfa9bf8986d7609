"""From the files of a set to a compiled `PolicySet`: everything found is reported, at once.

The order is that of words: what the set chooses, then the organization and the vocabulary by name,
then, once every word is known, everything that uses them. Nothing stops at the first error, and no
input raises.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from engine import matching
from engine.facts.vocabulary import BUILT_IN
from engine.organization import Organization
from engine.places import Place
from engine.policy import Matrix, PolicySet
from engine.readiness.check import ReadinessCheck
from rules.compiling import (
    authorities,
    choices,
    country,
    limits,
    organization,
    segregation,
    vocabulary,
)
from rules.compiling.accepting import BY_COMPILING, Accepted, owned, settle
from rules.compiling.approvals import read_matrix, take_name
from rules.compiling.choices import Choices
from rules.compiling.context import Context, Suggester, Vocabulary
from rules.compiling.controls import Controls, open_layer, read_additional
from rules.compiling.files import ANY_CURRENCY, File, Header, read_kind
from rules.compiling.guarantees import check_waivers, read_guarantees
from rules.compiling.handling import Handling, read_handling
from rules.compiling.readiness import read_readiness
from rules.compiling.set_changes import read_set_changes
from rules.compiling.shapes import Fields
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node
from rules.reading.reader import read

SET_FILE: Final = "policy.yaml"
_ENDINGS: Final = (".yaml", ".yml")
_OUTSIDE: Final = ("tests", "data", "fixtures")  # folders that are no part of the policy
_SHARED: Final = ("..",)  # part of the digest, and not compiled


def _top(name: str) -> str:
    return name.partition("/")[0] if "/" in name else ""


def is_policy_file(name: str) -> bool:
    """Whether a file is compiled: YAML, and neither under `tests` or data nor shared."""
    return name.endswith(_ENDINGS) and _top(name) not in (*_OUTSIDE, *_SHARED)


def digest_of(files: Mapping[str, bytes]) -> str:
    """The name of a set's content: its policy files by name, line ends made the same."""
    contents = {
        name: hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()
        for name, data in files.items()
        if name.endswith(_ENDINGS) and _top(name) not in _OUTSIDE
    }
    text = json.dumps(contents, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def compile_set(files: Mapping[str, bytes], diagnostics: Diagnostics) -> PolicySet | None:
    """The compiled set; `None` where an error stands that is not accepted. Names are relative.

    What a set as a whole must keep (gaps, overlaps) is checked by `rules.loading.load_set`.
    """
    return compile_files(files, diagnostics)[0]


def compile_files(
    files: Mapping[str, bytes], diagnostics: Diagnostics, on: date | None = None
) -> tuple[PolicySet | None, tuple[Accepted, ...]]:
    """The same, together with the reports that the set accepts; `on` as in `load_set`."""
    found = Diagnostics()
    sources = _read_files(files, found)
    policy, chosen = _compile(sources, files, Context(found, suggester=Suggester()))
    settled = Diagnostics()
    settle(found, chosen.accepted, BY_COMPILING, settled, on)
    diagnostics.extend(settled)
    return (None if settled.has_errors else matching.build(policy)), chosen.accepted


def accepted_by(files: Mapping[str, bytes]) -> tuple[Accepted, ...]:
    """The reports that `policy.yaml` accepts, read without compiling the rest."""
    only = {name: data for name, data in files.items() if name == SET_FILE}
    context = Context(Diagnostics(), suggester=Suggester())
    chosen = _choices(_read_files(only, context.diagnostics), context)
    return owned(chosen.accepted, choices.default_header(chosen, context).owner, context)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a set by kind. `unsure` is true where one of them could not be read."""

    by_kind: Mapping[str, list[File]]
    unsure: bool

    def of(self, kind: str) -> list[File]:
        """The files of one kind, by name."""
        return self.by_kind.get(kind, [])


def _read_files(files: Mapping[str, bytes], found: Diagnostics) -> Sources:
    by_kind: dict[str, list[File]] = {}
    unsure = False
    context = Context(found)
    for name in sorted(files):
        if not is_policy_file(name):
            continue
        root = read(name, files[name], found)
        kind = None if root is None else read_kind(root, context)
        if kind is None or not isinstance(root, MappingNode):
            unsure = True
        else:
            by_kind.setdefault(kind, []).append(File(name, kind, root))
    return Sources(by_kind, unsure)


def _compile(
    sources: Sources, files: Mapping[str, bytes], context: Context
) -> tuple[PolicySet, Choices]:
    chosen = _choices(sources, context)
    sources = _with_organization(sources, context)
    declared = _words(sources, context)
    context = declared.context
    known = context.words
    header = _default_header(sources, chosen, context)
    context = replace(context, usual=_usual_currency(header, known))
    chosen = replace(chosen, accepted=owned(chosen.accepted, header.owner, context))
    matrices = _matrices(sources, header, context)
    controls = _controls(sources, header, context)
    handling = Handling()
    for file in sources.of("handling"):
        read_handling(file, handling, context)
    for matrix in matrices:
        check_waivers(matrix.rows, controls, context)
    policy = PolicySet(
        name=chosen.name,
        digest=digest_of(files),
        language=chosen.language,
        organization=_organization(declared, context),
        facts=MappingProxyType(
            {name: known.facts[name] for name in (*_BUILT_IN_NAMES, *declared.facts)}
        ),
        documents=known.documents,
        matrices=matrices,
        credits=chosen.credits,
        fx=chosen.fx,
        in_flight=chosen.in_flight,
        second_opinion=chosen.second_opinion,
        set_changes=read_set_changes(chosen.set_changes, header, context),
        additional=tuple(controls.additional),
        barred=tuple(controls.barred),
        duties=MappingProxyType(controls.duties),
        conflicts=tuple(controls.conflicts),
        mitigations=tuple(controls.mitigations),
        related_parties=tuple(controls.related_parties),
        guarantees=tuple(controls.guarantees),
        delegation=tuple(handling.delegation),
        stand_ins=tuple(handling.stand_ins),
        changes=handling.changes,
        escalation=MappingProxyType(handling.escalation),
        readiness=_readiness(sources, header, context),
        countries=country.read_countries(sources.of("country"), files, context),
    )
    authorities.check_systems(policy.readiness, policy.organization.authorities, context)
    choices.check_choices(chosen, policy, context)
    return policy, chosen


def _organization(declared: _Known, context: Context) -> Organization:
    known = context.words
    found = [limit for node in declared.limits for limit in limits.read_limits(node, context)]
    systems = authorities.read_authorities(declared.systems, context)
    return Organization(known.entities, known.levels, known.roles, tuple(found), systems)


def words_of(files: Mapping[str, bytes]) -> Vocabulary:
    """The words that a set knows, as far as its files can be read: for who is still writing it."""
    context = Context(Diagnostics(), suggester=Suggester())
    return _words(_read_files(files, context.diagnostics), context).context.words


@dataclass(frozen=True, slots=True)
class _Known:
    """What organization and vocabulary declare: limits and systems not read yet, facts."""

    limits: list[Node]
    systems: list[Fields]
    facts: tuple[str, ...]
    context: Context


def _words(sources: Sources, context: Context) -> _Known:
    """Everything that is declared; the context knows it from then on."""
    words = organization.declare(sources.of("organization"), context)
    of_countries = country.facts_in(sources.of("country"))
    declared = vocabulary.declare(sources.of("vocabulary"), of_countries, context)
    base = words.vocabulary(sources.unsure)
    plain = {name: fact for name, (fact, _) in declared.facts.items()}
    context = context.knowing(vocabulary.vocabulary_of(declared, plain, base))
    facts = vocabulary.complete(declared, context)
    roles = MappingProxyType(organization.complete(words, context))
    known = replace(vocabulary.vocabulary_of(declared, facts, base), roles=roles)
    return _Known(words.limits, words.systems, tuple(facts), context.knowing(known))


def _choices(sources: Sources, context: Context) -> Choices:
    chosen = Choices()
    for file in sources.of("set"):
        if file.name == SET_FILE:
            chosen = choices.read_choices(file, context)
        else:
            message = f"a set is one folder with one {SET_FILE}, and sets do not nest"
            help = f"move the folder of this file out of that of {SET_FILE}"
            context.error("nested-set", file.root.place, message, help)
    if not any(file.name == SET_FILE for file in sources.of("set")) and not sources.unsure:
        message = f"the set has no {SET_FILE} of `kind: set`"
        help = "begin one with `kind: set`, `name: ...` and `language: 1`"
        context.error("missing-file", Place(SET_FILE, 1, 1), message, help)
    return chosen


def _default_header(sources: Sources, chosen: Choices, context: Context) -> Header:
    """What holds for all files; where `policy.yaml` cannot be read, nothing that is then missed."""
    if sources.unsure and not sources.of("set"):
        return Header(currency=ANY_CURRENCY)
    return choices.default_header(chosen, context)


def _usual_currency(header: Header, known: Vocabulary) -> str:
    """The currency of the set, or of its entities where they have one; empty for unknown."""
    if header.currency:
        return "" if header.currency == ANY_CURRENCY else header.currency
    currencies = {entity.currency for entity in known.entities.values()}
    return currencies.pop() if len(currencies) == 1 else ""


def _with_organization(sources: Sources, context: Context) -> Sources:
    """The same; without an organization, its words are not missed one by one."""
    if sources.of("organization") or sources.unsure:
        return sources
    message = "the set has no file of `kind: organization`"
    help = "begin one with `kind: organization`, and list `entities` and `roles`"
    context.error("missing-file", Place("organization.yaml", 1, 1), message, help)
    return replace(sources, unsure=True)


def _matrices(sources: Sources, header: Header, context: Context) -> tuple[Matrix, ...]:
    names: dict[str, Place] = {}
    found = []
    for file in sources.of("approvals"):
        matrix = read_matrix(file, header, context)
        if matrix is not None:
            take_name(names, matrix.name, matrix.place, context)
            found.append(matrix)
    return tuple(found)


def _controls(sources: Sources, header: Header, context: Context) -> Controls:
    """Every control. Names come first, since files speak of each other's duties and conflicts."""
    controls = Controls()
    opened = [open_layer(file, header, context) for file in sources.of("controls")]
    layers = [layer for layer in opened if layer is not None]
    for layer in layers:
        read_additional(layer, controls)
        read_guarantees(layer, controls)
    parts = [(layer, segregation.open_segregation(layer)) for layer in layers]
    read = (segregation.read_duties, segregation.read_segregation, segregation.read_mitigations)
    for read_part in read:
        for layer, fields in parts:
            if fields is not None:
                read_part(layer, fields, controls)
    return controls


def _readiness(sources: Sources, header: Header, context: Context) -> tuple[ReadinessCheck, ...]:
    found = [read_readiness(file, header, context) for file in sources.of("readiness")]
    return tuple(check for checks in found for check in checks)


_BUILT_IN_NAMES: Final = tuple(fact.name for fact in BUILT_IN)
