"""Rules under which one person's word is enough although two seem to be asked, or none is due."""

from __future__ import annotations

from fractions import Fraction

from engine.organization import Body, Role
from engine.policy import Answer, PolicySet
from engine.routing.words import BodyWord, Ratify, RoleWord, Signed, Together, Word
from rules.checks.answers import every_answer, roles_named, words_of
from rules.diagnostics import Diagnostics


def check_unsafe(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Stand-ins, bodies and ratifications that promise more than they keep."""
    _stand_ins(policy, diagnostics)
    for role in policy.organization.roles.values():
        if role.body is not None:
            _one_vote(role, role.body, diagnostics)
    for answer in every_answer(policy):
        _ratified(policy, answer, diagnostics)
        _recorded(policy, answer, diagnostics)


def _stand_ins(policy: PolicySet, diagnostics: Diagnostics) -> None:
    for rule in policy.stand_ins:
        role = rule.for_role
        if role in roles_named(rule.by):
            message = f"`{role}` would stand in for `{role}`: whoever is kept from acting as one "
            help = f"name another role after `by`, and not `{role}`"
            message += "holder is kept from standing in as well"
            diagnostics.error("stand-in-for-itself", rule.place, message, help)


def _one_vote(role: Role, body: Body, diagnostics: Diagnostics) -> None:
    """A body in which one vote in favour is a resolution, whatever the others say."""
    if not body.of:
        return
    share = Fraction(1, body.present)
    if share > body.in_favour or (share == body.in_favour and not body.above):
        message = f"one vote is a resolution of `{role.name}`: {body.present} must be present, and "
        message += f"{'more than ' if body.above else ''}{body.in_favour * 100}% in favour"
        help = "write a larger `present`, or `in_favour: {above: 50%}`"
        if body.present == 1:
            help = f"write `present: 2` or more, or ask `{body.of}` in place of the body"
        elif body.present == 2:
            help = "write `in_favour: {above: 50%}`"
        diagnostics.warning("one-vote-decides", role.place, message, help)


def _ratified(policy: PolicySet, answer: Answer | None, diagnostics: Diagnostics) -> None:
    words = words_of(answer)
    asked = {each for word in words for each in _certain(word)}
    for word in words:
        if not isinstance(word, Ratify):
            continue
        if not word.within:
            message = "nothing says by when this is ratified, so that it is never late"
            help = "write the time: `{ratify: {by: ..., within: 30 days}}`"
            diagnostics.warning("ratify-without-end", word.place, message, help)
        for inner in _certain(word.by) & asked:
            if _is_one_approval(policy, inner):
                message = f"`{inner.role}` ratifies what `{inner.role}` approves"
                help = "let somebody else ratify, or take the step out"
                diagnostics.warning("ratified-by-approver", word.place, message, help)


def _recorded(policy: PolicySet, answer: Answer | None, diagnostics: Diagnostics) -> None:
    """A body whose recorder approves beside it: his word alone fills both places."""
    asked = {each for word in words_of(answer) for each in _certain(word)}
    for word in asked:
        body = policy.organization.roles[word.role].body if isinstance(word, BodyWord) else None
        if body is None or RoleWord(body.recorded_by) not in asked:
            continue
        recorder = body.recorded_by
        message = f"`{recorder}` records what `{word.role}` resolves, and is asked to approve "
        message += "beside it: one person's word is both"
        help = f"ask somebody other than `{recorder}`, or let another role record: `recorded_by`"
        diagnostics.warning("recorder-approves", word.place, message, help)


def _certain(word: Word) -> frozenset[RoleWord | BodyWord]:
    """Roles and bodies by which the word is approved in every completion."""
    match word:
        case RoleWord(role=role):
            return frozenset({RoleWord(role, word.place)})
        case BodyWord(role=role):
            return frozenset({BodyWord(role, word.place)})
        case Signed(who=inner):
            return _certain(inner)
        case Together(need=need, parts=parts) if need == len(parts):
            return frozenset(each for part in parts for each in _certain(part))
        case _:
            return frozenset()


def _is_one_approval(policy: PolicySet, word: RoleWord | BodyWord) -> bool:
    """Whether the word always stands for the same: a body, or a role with one holder."""
    return isinstance(word, BodyWord) or policy.organization.roles[word.role].seats == 1
