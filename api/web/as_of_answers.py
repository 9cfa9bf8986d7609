"""What is answered about an earlier moment, declared."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.web.answers import Declared


class AsOfAnswer(Declared):
    """Both moments, and the digests of what was in force at `known`: the answer goes by these."""

    valid: str = Field(description="the moment that is asked about")
    known: str = Field(description="the moment whose set, people and delegations are gone by")
    policy: str
    master_data: str
    delegations: str


class HeldPersonAnswer(Declared):
    """A person at the moment. Of a line, what does not apply is left out."""

    person: str
    name: str
    entity: str
    at: str
    employment: str = Field(description="active, not_started, left or interrupted")
    status: str
    supervisor: str | None
    logins: list[str]
    lines: list[dict[str, str]]


class PeopleAsOfAnswer(AsOfAnswer):
    """People, with what was asked of them."""

    people: list[HeldPersonAnswer]


class SignersAsOfAnswer(AsOfAnswer):
    """Who could approve a document, for each entity that is meant.

    An answer has the `type`, `entity`, `amount`, `covering` limits, what was `lacking` to compare
    them, and the `decision` with `approvers`, `places` and `others`.
    """

    answers: list[dict[str, Any]]
