"""A history written down and read again, so that a decision can be performed from its record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.history import History, PastAct
from engine.master_data import PersonId
from engine.recording import Plain, moment_text


def history_plain(history: History) -> dict[str, Plain]:
    """The history in plain values, in an order that does not depend on how it was handed over."""
    acts = sorted(history.acts, key=_in_order)
    return {
        "acts": [_act_plain(act) for act in acts],
        "chain": [[type_, id_] for type_, id_ in sorted(history.chain)],
        "unreviewed": {
            name: moment_text(moment) for name, moment in sorted(history.unreviewed.items())
        },
    }


def history_of(plain: Mapping[str, Any]) -> History:
    """The history. Raises `KeyError`, `ValueError` or `TypeError` for what none was written as."""
    return History(
        tuple(_act_of(each) for each in plain["acts"]),
        frozenset((str(type_), str(id_)) for type_, id_ in plain["chain"]),
        {str(name): datetime.fromisoformat(at) for name, at in plain["unreviewed"].items()},
    )


def _in_order(act: PastAct) -> tuple[str, ...]:
    return (
        moment_text(act.at),
        act.document_type,
        act.document_id,
        act.act,
        act.person,
        act.on_behalf_of or "",
        act.case,
    )


def _act_plain(act: PastAct) -> dict[str, Plain]:
    return {
        "act": act.act,
        "at": moment_text(act.at),
        "case": act.case,
        "document_id": act.document_id,
        "document_type": act.document_type,
        "keys": [*sorted(act.keys)],
        "on_behalf_of": act.on_behalf_of,
        "person": act.person,
        "under": [*sorted(act.under)],
    }


def _act_of(plain: Mapping[str, Any]) -> PastAct:
    other = plain["on_behalf_of"]
    return PastAct(
        person=PersonId(plain["person"]),
        act=plain["act"],
        document_type=plain["document_type"],
        document_id=plain["document_id"],
        at=datetime.fromisoformat(plain["at"]),
        keys=frozenset(plain["keys"]),
        on_behalf_of=None if other is None else PersonId(other),
        case=plain["case"],
        under=frozenset(plain["under"]),
    )
