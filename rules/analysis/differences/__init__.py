"""How two sets differ, in business words and in effect. `compare` is all that others need.

`pairing` finds which rule is which, `essence` what a rule says apart from where it stands;
`organization`, `controls`, `schedules` and `choices` are the kinds of rules; `effect` divides what
matrices decide into regions of documents and proves where nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.facts.vocabulary import Fact
from engine.policy import PolicySet
from rules.analysis.differences import choices, controls, countries, organization
from rules.analysis.differences import readiness as checks
from rules.analysis.differences.aspects import compared
from rules.analysis.differences.effect import BUILT_IN_NAMES, Effects, effects, scales_of
from rules.analysis.differences.essence import of_set
from rules.analysis.differences.model import Area, Difference, Differences, Direction
from rules.analysis.differences.schedules import Written, schedules
from rules.compiling.accepting import Accepted

_AREAS = tuple(Area)
_DIRECTIONS = tuple(Direction)


def compare(
    old: PolicySet,
    new: PolicySet,
    accepted: tuple[Sequence[Accepted], Sequence[Accepted]] = ((), ()),
) -> Differences:
    """Everything in which two compiled sets differ; `accepted` are the reports each accepts."""
    found = [*choices.accepted(*accepted), *choices.choices(old, new)]
    if of_set(old) == of_set(new):
        return Differences(_sorted(found))
    found += _besides_schedules(old, new)
    made = schedules(old.matrices, new.matrices, lambda matrix: scales_of(old, new, matrix))
    found += made.labels
    result = effects(old, new)
    rewritten = []
    for written in made.written:
        if _is_proved(written, result, old, new):
            rewritten.append(written.name)
        else:
            found += written.differences
    return Differences(
        _sorted(found),
        tuple(sorted(result.found, key=lambda effect: _DIRECTIONS.index(effect.direction))),
        tuple(sorted(set(rewritten))),
        tuple(sorted(result.asks_more)),
        tuple(result.unproved),
    )


def _besides_schedules(old: PolicySet, new: PolicySet) -> Iterator[Difference]:
    before, after = old.organization, new.organization
    yield from compared(organization.LIMITS, before.limits, after.limits)
    yield from compared(organization.ROLES, before.roles.values(), after.roles.values())
    yield from compared(organization.ENTITIES, before.entities.values(), after.entities.values())
    yield from choices.names(old, new)
    yield from compared(organization.FACTS, _declared(old), _declared(new))
    yield from compared(controls.CONTROLS, old.additional, new.additional)
    yield from compared(controls.BARRED, old.barred, new.barred)
    yield from compared(controls.DUTIES, old.duties.values(), new.duties.values())
    yield from compared(controls.CONFLICTS, old.conflicts, new.conflicts)
    yield from compared(controls.MITIGATIONS, old.mitigations, new.mitigations)
    yield from compared(controls.RELATED, old.related_parties, new.related_parties)
    yield from compared(controls.GUARANTEES, old.guarantees, new.guarantees)
    yield from compared(checks.READINESS, old.readiness, new.readiness)
    yield from compared(countries.COUNTRIES, old.countries.values(), new.countries.values())
    yield from compared(organization.DELEGATION, old.delegation, new.delegation)
    yield from compared(organization.STAND_INS, old.stand_ins, new.stand_ins)


def _declared(policy: PolicySet) -> list[Fact]:
    """The company's own facts; what the built-in ones can be follows from the organization."""
    return [fact for name, fact in policy.facts.items() if name not in BUILT_IN_NAMES]


def _is_proved(written: Written, result: Effects, old: PolicySet, new: PolicySet) -> bool:
    """Whether a matrix that reads differently takes part in no difference of answers.

    Documents of types or entities that only one set has are not compared, so nothing is proved of
    a matrix that decides them.
    """
    if any(id(matrix) in result.touched for matrix in written.matrices):
        return False
    is_same_group = old.organization.entities.keys() == new.organization.entities.keys()
    types = old.documents & new.documents
    return is_same_group and all(matrix.documents <= types for matrix in written.matrices)


def _sorted(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """By area, what is looser first."""
    return tuple(
        sorted(
            found,
            key=lambda each: (
                _AREAS.index(each.area),
                _DIRECTIONS.index(each.direction),
                each.name,
                each.says,
            ),
        )
    )
