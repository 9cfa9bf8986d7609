"""Ids of Tryton for codes of ours, and what it knows of periods and suppliers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.erp.connector import ErpError, Fault, PeriodStatus, SupplierStatus
from adapters.erp.tryton.protocol import Context, Session


@dataclass(frozen=True, slots=True)
class Books:
    """One company of the ERP. `context` has its calls see its records and no other company's."""

    company: int

    @property
    def context(self) -> Context:
        return {"company": self.company, "companies": [self.company]}


def rows(
    session: Session, model: str, domain: list[Any], names: Iterable[str], context: Context
) -> list[dict[str, Any]]:
    """The records that fit, with these fields, in the order of their ids."""
    found: list[dict[str, Any]] = session.read(
        f"model.{model}.search_read",
        domain,
        0,
        None,
        [["id", "ASC"]],
        [*names],
        context=context,
    )
    return found


def books(session: Session, code: str) -> Books:
    """The company whose party has this code."""
    found = rows(session, "company.company", [["party.code", "=", code]], ["id"], {})
    return Books(_only(found, "company_unknown", f"company `{code}`"))


def period(session: Session, books: Books, day: date) -> PeriodStatus:
    """The standard period of a day, and the first day from it on in an open one."""
    domain = [["company", "=", books.company], ["type", "=", "standard"], ["end_date", ">=", day]]
    names = ["name", "state", "start_date", "end_date"]
    found = rows(session, "account.period", domain, names, books.context)
    opened = [one["start_date"] for one in found if one["state"] == "open"]
    first_open = max(day, min(opened)) if opened else None
    for one in found:
        if one["start_date"] <= day:
            return PeriodStatus(one["name"], one["state"] == "open", first_open)
    return PeriodStatus("", False, first_open)


def supplier(session: Session, code: str) -> SupplierStatus:
    """Whether a party has this code, and whether it is active."""
    found = _parties(session, code)
    return SupplierStatus(bool(found), any(one["active"] for one in found))


def party(session: Session, code: str) -> int:
    """The active party with this code. Raises `business`: the ERP itself would take any."""
    found = _parties(session, code)
    if found and not any(one["active"] for one in found):
        message = f"supplier `{code}` is not active in the ERP"
        raise ErpError(Fault.BUSINESS, "supplier_inactive", message)
    return _only(found, "supplier_unknown", f"supplier `{code}`", Fault.BUSINESS)


def _parties(session: Session, code: str) -> list[dict[str, Any]]:
    everything = {"active_test": False}
    return rows(session, "party.party", [["code", "=", code]], ["active"], everything)


def currency(session: Session, code: str) -> int:
    """The currency with this code of ISO 4217."""
    found = rows(session, "currency.currency", [["code", "=", code]], ["id"], {})
    return _only(found, "currency_unknown", f"currency `{code}`")


def accounts(session: Session, books: Books, codes: Iterable[str]) -> Mapping[str, int]:
    """The open accounts of the company with these codes.

    Raises `business`: `account_missing`, or `account_wrong_company` where only another company
    has it.
    """
    wanted = sorted(set(codes))
    domain = [["code", "in", wanted], ["closed", "!=", True]]
    found = rows(session, "account.account", domain, ["code", "company"], {})
    ids = {}
    for code in wanted:
        same = [one for one in found if one["code"] == code]
        here = [one for one in same if one["company"] == books.company]
        is_elsewhere = bool(same) and not here
        why = "account_wrong_company" if is_elsewhere else "account_missing"
        whose = ", another company has it" if is_elsewhere else ""
        ids[code] = _only(here, why, f"account `{code}`", Fault.BUSINESS, whose)
    return ids


def taxes(session: Session, books: Books, names: Iterable[str]) -> Mapping[str, int]:
    """The taxes of the company with these names."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    domain = [["name", "in", wanted], ["company", "=", books.company], ["parent", "=", None]]
    found = rows(session, "account.tax", domain, ["name"], books.context)
    return {
        name: _only([one for one in found if one["name"] == name], "tax_unknown", f"tax `{name}`")
        for name in wanted
    }


def _only(
    found: list[dict[str, Any]],
    code: str,
    what: str,
    fault: Fault = Fault.INVALID,
    but: str = "",
) -> int:
    """The id of the one record; two that are called alike are no answer either."""
    if len(found) == 1:
        return int(found[0]["id"])
    count = "none" if not found else str(len(found))
    raise ErpError(fault, code, f"expected one {what} in the ERP, found {count}{but}")
