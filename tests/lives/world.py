"""A small company for random case lives: one set, few people, amounts that meet every row.

What changes by day is `People`: who has left, who is absent, who acts for whom, who holds what. It
becomes master data for the product, and is looked at as it is by the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

START: Final = datetime(2027, 3, 15, 9, 0, tzinfo=UTC)
DAY: Final = timedelta(days=1)
GONE: Final = "2027-01-31"  # the last day of everybody who has left


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the set. What differs stands at the same places of its files."""

    in_flight: str = "decide_again"
    trifle: int = 10  # up to this nobody is asked
    chain: int = 150_000  # up to this a chain is asked, above it a group
    director: int = 60_000  # the limit of a director
    is_strict: bool = False  # whether a buyer is asked for small orders, too
    pending: str = "stay"  # what open tasks do when a delegation begins


_FILES: Final = {
    "policy.yaml": """\
kind: set
language: 1
name: lives
credits: absolute
in_flight: $in_flight
for_all_files: {owner: controller}
""",
    "vocabulary.yaml": """\
kind: vocabulary
facts:
  spent:
    {is: money, total_of: document.net, same: [supplier], in: ever, counts: [pending, approved]}
""",
    "organization.yaml": """\
kind: organization
entities:
  E1: {country: US, region: americas, currency: USD, zone: Etc/UTC,
       week: Mon-Fri 09:00-17:00, holidays: US}
  E2: {country: US, region: americas, currency: USD, zone: Etc/UTC,
       week: Mon-Fri 09:00-17:00, holidays: US}
levels: [manager, director, chief]
roles:
  buyer: {per: group}
  treasurer: {per: group}
  cfo: {per: group}
  trustee: {per: group}
  controller: {per: group}
  board: {body: {of: trustee, present: 2, in_favour: {above: 50%}}}
limits:
  - {who: manager, entity: E1, up_to: 3_000.00 USD}
  - {who: director, entity: E1, up_to: $director.00 USD}
  - {who: chief, entity: E1, up_to: 100_000.00 USD}
""",
    "approvals/orders.yaml": """\
kind: approvals
name: orders
scope: {entities: [E1]}
documents: [purchase_order]
currency: USD
amount: document.net
rows:
  - {name: trifle, exception: yes, up_to: $trifle.00, approve: not_needed}
  - {up_to: 1_000.00, approve: [cost_center_owner$buyer]}
  - above: 1_000.00
    up_to: 2_000.00
    approve: [{all: [buyer, treasurer]}, {notify: {who: cfo, may_object_in: 2 business days}}]
  - {above: 2_000.00, up_to: 3_000.00, approve: [{any: [cfo, treasurer]}, {consult: buyer}]}
  - above: 3_000.00
    up_to: 4_000.00
    approve:
      - cost_center_owner
      - {ratify: {by: treasurer}}
      - {notify: {who: trustee, may_object_in: 1 business day}}
  - above: 4_000.00
    up_to: $chain.00
    approve:
      - cost_center_owner
      - {chain: supervisors, until: authority_covers, counts: chain_only}
      - {notify: cfo}
  - {above: $chain.00, up_to: 160_000.00, approve: {at_least: 2, of: [cfo, treasurer, buyer]}}
  - {above: 160_000.00, up_to: 170_000.00, approve: [cost_center_owner, board]}
  - {above: 170_000.00, up_to: 180_000.00, approve: [{at_least: 2, of: buyer}, {ratify: {by: cfo}}]}
  - {above: 180_000.00, refuse: too much}
""",
    "controls/totals.yaml": """\
kind: controls
currency: USD
additional:
  - {documents: [purchase_order], when: {spent: {above: $most.00 USD}}, hold: too much with one}
""",
    "handling.yaml": """\
kind: handling
delegation:
  - {documents: [purchase_order], limit: delegator, longest: 90 days, depth: 0,
     pending_tasks: $pending}
changes:
  again_when:
    increase: {percent: 10%, over: either, since: [original, last_approved]}
    changed: [supplier]
  affected_steps_only_when: {changed: [cost_center]}
escalation:
  calendar: entity
  remind_after: 1 business day
  escalate_after: 2 business days
  exhausted: hold
  withdraw_after: 5 business days
""",
}
MOST_WITH_ONE: Final = 300_000


def set_files(policy: Policy) -> dict[str, bytes]:
    """The files of a version of the set."""
    named = {
        "$in_flight": policy.in_flight,
        "$director": f"{policy.director:_}",
        "$trifle": str(policy.trifle),
        "$pending": policy.pending,
        "$chain": f"{policy.chain:_}",
        "$buyer": ", buyer" if policy.is_strict else "",
        "$most": f"{MOST_WITH_ONE:_}",
    }
    found = {}
    for name, template in _FILES.items():
        content = template
        for key, value in named.items():
            content = content.replace(key, value)
        found[name] = content.encode()
    return found


# Person: (manager, level)
PERSONS: Final = {
    "rita": ("mia", ""),
    "mia": ("dan", "manager"),
    "noah": ("dan", "manager"),
    "dan": ("vera", "director"),
    "vera": ("", "chief"),
    "carl": ("vera", "director"),
    "tina": ("carl", "manager"),
}
OWNERS: Final = {"c1": "mia", "c2": "noah"}
HOLDERS: Final = {
    "buyer": ("tina", "noah"),
    "treasurer": ("tina", "carl"),
    "cfo": ("carl",),
    "trustee": ("vera", "dan", "carl"),
    "controller": ("carl", "dan"),
}
OWNER: Final = "controller"  # the role that owns the matrix
# One for each row, one on a bound, one that nobody's authority covers, one that is refused.
AMOUNTS: Final = (
    *(5, 50, 500, 540, 1_000, 1_500, 1_600, 2_500, 3_500, 3_500, 3_700, 20_000, 21_500),
    *(60_001, 120_000, 155_000, 158_000, 165_000, 175_000),
)
TOO_MUCH: Final = 200_000
LEVELS: Final = ("manager", "director", "chief")
DOCUMENTS: Final = ("P-1", "P-2", "P-3")
SUPPLIERS: Final = ("S-1", "S-2")
# Whom somebody may come to report to: nobody's supervisors ever go in a circle.
ABOVE: Final = {
    **dict.fromkeys(("rita", "mia", "noah", "tina"), ("dan", "carl", "vera")),
    **dict.fromkeys(("dan", "carl"), ("vera",)),
    "rita": ("mia", "noah", "dan"),
}


@dataclass(frozen=True, slots=True)
class Delegated:
    """One lets another act for him over days (inclusive), counted from the first of the life.

    Nobody knew of it before it was `made`.
    """

    delegator: str
    delegate: str
    first: int
    last: int
    is_revoked: bool = False
    made: datetime = START

    @property
    def begins(self) -> datetime:
        """When it begins to count."""
        return max((START + self.first * DAY).replace(hour=0), self.made)


@dataclass(slots=True)
class People:
    """Who can act and who holds what; days are counted from the first of the life.

    Who is `elsewhere` works for another entity: no word of the set asks for that.
    """

    left: set[str] = field(default_factory=set)
    absent: dict[str, tuple[int, int]] = field(default_factory=dict)
    acting: dict[str, str] = field(default_factory=dict)
    delegated: list[Delegated] = field(default_factory=list)
    unseated: set[tuple[str, str]] = field(default_factory=set)
    managers: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    def entity(self, person: str) -> str:
        """The entity that he works for."""
        return "E2" if person in self.elsewhere else "E1"

    def manager(self, person: str) -> str:
        """Whom he reports to."""
        return self.managers.get(person, PERSONS[person][0])

    def level(self, person: str) -> str:
        """The level that he has."""
        return self.levels.get(person, PERSONS[person][1])

    def owner(self, center: str) -> str:
        """Who owns a cost center."""
        return self.owners.get(center, OWNERS[center])


@dataclass(frozen=True, slots=True)
class Order:
    """What is on a purchase order. Of two cost centers each is charged one half."""

    id: str
    amount: int
    requester: str
    centers: tuple[str, ...]
    supplier: str = "S-1"

    def plain(self) -> dict[str, object]:
        """As it is sent."""
        raw: dict[str, object] = {
            "type": "purchase_order",
            "id": self.id,
            "entity": "E1",
            "requester": self.requester,
            "currency": "USD",
            "supplier": self.supplier,
            "submitted_at": "2027-03-15T08:00:00Z",
        }
        if len(self.centers) == 1:
            return {**raw, "amount": f"{self.amount}.00", "cost_center": self.centers[0]}
        half = f"{self.amount / 2:.2f}"
        lines = [
            {"number": n, "net": half, "cost_center": c} for n, c in enumerate(self.centers, 1)
        ]
        return {**raw, "lines": lines}


def day(number: int) -> date:
    """The date of a day of the life."""
    return (START + number * DAY).date()


def master_data(people: People) -> dict[str, bytes]:
    """The files of master data that say what `people` says."""
    seats = [(role, person) for role, holders in HOLDERS.items() for person in holders]
    tables: dict[str, list[str]] = {
        "people": ["id,name,entity,manager,level,last_day"]
        + [
            f"{p},{p.title()},{people.entity(p)},{people.manager(p)},{people.level(p)},"
            + (GONE if p in people.left else "")
            for p in PERSONS
        ],
        "cost_centers": ["id,entity,owner"] + [f"{c},E1,{people.owner(c)}" for c in OWNERS],
        "roles": ["role,person,for,from,to"]
        + [f"{r},{p},*,,{GONE if (r, p) in people.unseated else ''}" for r, p in seats],
        "logins": ["login,person,from,to"] + [f"{p}.second,{p},," for p in PERSONS],
        "suppliers": ["id,name,group,status,country"]
        + [f"{name},{name},,approved,US" for name in SUPPLIERS],
        "acting": ["position,by,from,to"] + [f"{a},{b},," for a, b in people.acting.items()],
        "absences": ["person,from,to"]
        + [f"{p},{day(a)},{day(b)}" for p, (a, b) in people.absent.items()],
        "delegations": [
            "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at"
        ]
        + [
            f"D{n},{d.delegator},{d.delegate},{day(d.first)},{day(d.last)},,,,,,"
            + ("2027-03-01T00:00:00Z" if d.is_revoked else "")
            for n, d in enumerate(people.delegated)
        ],
    }
    return {f"{name}.csv": ("\n".join(rows) + "\n").encode() for name, rows in tables.items()}
