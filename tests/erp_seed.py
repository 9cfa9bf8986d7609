"""What a fresh Tryton is filled with, over its own interface: companies, charts, people.

Two companies of `policies/acme` with its suppliers: `DE01` in EUR and `US01` in USD. The year is
`YEAR`; its January is closed. Approvers may post invoices; clerks may enter and validate them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from adapters.erp.connector import Credentials
from adapters.erp.tryton.protocol import Session
from adapters.transport import Timeouts, Transport

YEAR: Final = 2027
ADMIN: Final = Credentials("admin", "Secret-admin-1")
CLERK: Final = Credentials("clerk", "Enter-it-42")
APPROVER: Final = Credentials("approver", "Approve-it-42")
COMPANIES: Final = (("DE01", "Acme Europe", "EUR"), ("US01", "Acme America", "USD"))
SUPPLIERS: Final = (
    ("S-1", "Globex", True),
    ("S-2", "Globex GmbH", True),
    ("S-44", "Northwind Controls", True),
    ("S-88", "Initech Services", True),
    ("S-GONE", "Gone Ltd", False),
)
# An account for what is bought, by its code in Tryton's universal chart; `7000` stands in one
# company only.
EXPENSE: Final = "5.1.3"
ONLY_IN_US01: Final = "7000"
TAX: Final = "VAT20"


def seed(base_url: str, database: str) -> dict[str, Any]:
    """Fills the database behind `base_url`; ids of what was made, for tests that look inside."""
    with Transport(base_url, Timeouts(whole=300, piece=300)) as transport:
        return _fill(Session(transport, database, ADMIN))


def _fill(admin: Session) -> dict[str, Any]:
    desk = Desk(admin)
    currencies = {code: desk.currency(code, number) for code, number in CURRENCIES}
    companies = {
        code: desk.company(code, name, currencies[currency]) for code, name, currency in COMPANIES
    }
    desk.only_in(companies["US01"])
    suppliers = {code: desk.supplier(code, name, is_active) for code, name, is_active in SUPPLIERS}
    button = desk.one("ir.model.button", [["model", "=", "account.invoice"], ["name", "=", "post"]])
    may_post = desk.group("account.group_account_admin")
    admin.write("model.ir.model.button.write", [button], {"groups": [["add", [may_post]]]})
    enters = desk.group("account.group_account")
    users = {
        CLERK.user: desk.user(CLERK, companies.values(), [enters]),
        APPROVER.user: desk.user(APPROVER, companies.values(), [enters, may_post]),
    }
    return {"companies": companies, "suppliers": suppliers, "users": users}


CURRENCIES: Final = (("EUR", "978"), ("USD", "840"), ("GBP", "826"))


class Desk:
    """The administrator at work: one short method for each kind of thing to make."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.uid = self.one("res.user", [["login", "=", ADMIN.user]])

    def find(self, model: str, domain: list[Any], **context: Any) -> list[int]:
        rows = self.session.read(f"model.{model}.search", domain, context=context)
        return [int(row) for row in rows]

    def one(self, model: str, domain: list[Any], **context: Any) -> int:
        found = self.find(model, domain, **context)
        assert len(found) == 1, (model, domain, found)
        return found[0]

    def create(self, model: str, values: dict[str, Any], **context: Any) -> int:
        return int(self.session.write(f"model.{model}.create", [values], context=context)[0])

    def accounts(self, company: int, *clauses: list[Any]) -> list[int]:
        of_company = [["company", "=", company], ["closed", "!=", True]]
        return self.find("account.account", [*of_company, *clauses])

    def group(self, name: str) -> int:
        return int(self.session.read("model.ir.model.data.get_id", *name.split(".")))

    def currency(self, code: str, number: str) -> int:
        rates = [["create", [{"date": date(YEAR, 1, 1), "rate": Decimal(1)}]]]
        values = {"name": code, "code": code, "numeric_code": number, "symbol": code, "digits": 2}
        values |= {"rounding": Decimal("0.01"), "rates": rates}
        return self.create("currency.currency", values)

    def company(self, code: str, name: str, currency: int) -> int:
        party = self.create("party.party", {"name": name, "code": code})
        company = self.create("company.company", {"party": party, "currency": currency})
        mine = {"companies": [["add", [company]]], "company": company, "company_filter": "all"}
        self.session.write("model.res.user.write", [self.uid], mine)
        context = {"company": company, "companies": [company]}
        self.chart(company, context)
        self.books(company, code, context)
        self.tax(company, context)
        return company

    def chart(self, company: int, context: dict[str, Any]) -> None:
        template = self.group("account.account_template_root_en")
        wizard = "wizard.account.create_chart"
        number, *_ = self.session.write(f"{wizard}.create", context=context)
        chosen = {"account_template": template, "company": company}
        for state, data in (("account", {}), ("create_account", {"account": chosen})):
            self.session.write(f"{wizard}.execute", number, data, state, context=context)
        self.session.write(f"{wizard}.delete", number, context=context)
        receivable, payable = (
            self.accounts(company, [f"type.{kind}", "=", True], ["party_required", "=", True])[0]
            for kind in ("receivable", "payable")
        )
        defaults = {
            "default_account_receivable": receivable,
            "default_account_payable": payable,
        }
        if found := self.find("account.configuration", [], **context):
            self.session.write(
                "model.account.configuration.write", found, defaults, context=context
            )
        else:
            self.create("account.configuration", defaults, **context)

    def books(self, company: int, code: str, context: dict[str, Any]) -> None:
        """A fiscal year of twelve periods, January closed; numbers `DE01-2027/1` and on."""
        move = self.sequence("Account Move", company, "", context)
        invoice = self.sequence("Invoice", company, f"{code}-{YEAR}/", context)
        kinds = ("in_invoice", "out_invoice", "in_credit_note", "out_credit_note")
        sequences = {"company": company} | {f"{kind}_sequence": invoice for kind in kinds}
        values = {
            "name": f"{code} {YEAR}",
            "company": company,
            "start_date": date(YEAR, 1, 1),
            "end_date": date(YEAR, 12, 31),
            "move_sequence": move,
            "invoice_sequences": [["create", [sequences]]],
        }
        year = self.create("account.fiscalyear", values, **context)
        self.session.write("model.account.fiscalyear.create_period", [year], context=context)
        first = self.one(
            "account.period",
            [["fiscalyear", "=", year], ["start_date", "=", date(YEAR, 1, 1)]],
            **context,
        )
        self.session.write("model.account.period.close", [first], context=context)

    def sequence(self, kind: str, company: int, prefix: str, context: dict[str, Any]) -> int:
        values = {
            "name": kind,
            "sequence_type": self.one("ir.sequence.type", [["name", "=", kind]]),
            "company": company,
            "prefix": prefix,
        }
        return self.create("ir.sequence.strict", values, **context)

    def tax(self, company: int, context: dict[str, Any]) -> None:
        account = self.accounts(company, ["code", "=", "6.3.6"])[0]
        values = {
            "name": TAX,
            "description": "VAT 20%",
            "type": "percentage",
            "rate": Decimal("0.20"),
            "company": company,
            "invoice_account": account,
            "credit_note_account": account,
        }
        self.create("account.tax", values, **context)

    def only_in(self, company: int) -> None:
        """An account that the other company does not have."""
        context = {"company": company, "companies": [company]}
        like = self.accounts(company, ["code", "=", EXPENSE])[0]
        copied = {"code": ONLY_IN_US01, "name": "Only here", "template": None}
        self.session.write("model.account.account.copy", [like], copied, context=context)

    def supplier(self, code: str, name: str, is_active: bool) -> int:
        address = {"street": "1 Main Street", "city": "Paris"}
        values = {"name": name, "code": code, "active": is_active}
        return self.create("party.party", values | {"addresses": [["create", [address]]]})

    def user(self, login: Credentials, companies: Iterable[int], groups: list[int]) -> int:
        mine = list(companies)
        values = {
            "name": login.user,
            "login": login.user,
            "password": login.secret,
            "email": f"{login.user}@example.org",
            "companies": [["add", mine]],
            "company": mine[0],
            "company_filter": "all",
            "groups": [["add", groups]],
        }
        return self.create("res.user", values)
