"""Who is calling, what he may ask for, and for whom he may act.

A caller is a person, known by the name that master data resolve (`MasterData.person_of`), or a
service account: a tool, known by its client. A business "no" is a `Refusal`, a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.quoting import quoted


class Scope(StrEnum):
    """What a token may be used for."""

    DOCUMENTS_SUBMIT = "documents:submit"
    DOCUMENTS_READ = "documents:read"
    DECISIONS_PREVIEW = "decisions:preview"
    ACTIONS_SUBMIT = "actions:submit"
    POLICIES_ACTIVATE = "policies:activate"
    TRAIL_READ = "trail:read"


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated caller, as his token says and as records keep it.

    `person_name` is a login or subject, empty for a service account. `client` is the tool he calls
    through. `authenticated_at` is when the person logged in (UTC), `None` where the issuer does not
    say. `strength` is how: words such as `acr:2 amr:mfa amr:pwd`, `unstated` where the issuer says
    nothing. `entities` are those he may see and act in; `None` is every one.
    """

    person_name: str
    client: str
    issuer: str
    subject: str
    authenticated_at: datetime | None
    strength: str
    scopes: frozenset[Scope]
    entities: frozenset[str] | None
    is_development: bool

    @property
    def is_service(self) -> bool:
        """Whether a tool calls on its own account, and no person."""
        return not self.person_name


@dataclass(frozen=True, slots=True)
class Refusal:
    """An authenticated caller may not do this; it belongs into the trail."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ActingPerson:
    """The person of record of an action, and the tool that brought it.

    `is_relayed`: the tool named the person, and no login of his was seen. Nothing is known then of
    time and strength of a login, and what asks for them is not satisfied.
    """

    person_name: str
    acted_through: str
    is_relayed: bool


def require(caller: Caller, scope: Scope, entity: str | None) -> Refusal | None:
    """Why the caller may not use this scope in the entity; `None` where he may.

    `entity` is `None` for what concerns more than one entity: that needs access to every one.
    """
    if scope not in caller.scopes:
        return Refusal("scope_missing", f"this needs the scope `{scope}`, which the token lacks")
    if caller.entities is None:
        return None
    if entity is None:
        message = "this concerns every entity, and the caller has access to some only"
        return Refusal("entity_out_of_reach", message)
    if entity not in caller.entities:
        message = f"the caller has no access to the entity {quoted(entity)}"
        return Refusal("entity_out_of_reach", message)
    return None


def acting_person(caller: Caller, named: str) -> ActingPerson | Refusal:
    """Who acts, where the caller submits an action and names `named` (empty: nobody).

    A person acts himself and can name nobody else. A service account relays what a person did in
    it, and must say who.
    """
    if caller.is_service:
        if not named.strip():
            message = "a tool cannot act by itself: it must name the person who did"
            return Refusal("no_person_named", message)
        return ActingPerson(named, caller.client, is_relayed=True)
    if named not in ("", caller.person_name):
        message = f"the token is of {quoted(caller.person_name)}, who cannot act as another person"
        return Refusal("another_person_named", message)
    return ActingPerson(caller.person_name, caller.client, is_relayed=False)
