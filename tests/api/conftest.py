"""A small policy set with master data, so that what commands print can be compared word by word."""

from pathlib import Path

import pytest

FILES = {
    "policy.yaml": """\
kind: set
language: 1
name: small
in_flight: pin
for_all_files:
  owner: controller
""",
    "organization.yaml": """\
kind: organization
entities:
  US01: {country: US, region: americas, currency: USD, zone: America/New_York}
levels: [manager, director]
roles:
  cfo: {seats: 1}
  controller: {seats: 1}
limits:
  - {who: manager, up_to: 10_000.00 USD}
  - {who: director, up_to: 50_000.00 USD}
""",
    "vocabulary.yaml": """\
kind: vocabulary
facts:
  business_case: {is: paper}
""",
    "approvals/orders.yaml": """\
kind: approvals
name: orders
title: Purchase orders
documents: [purchase_order]
currency: USD
amount: document.net
rows:
  - {name: small, up_to: 100.00, approve: not_needed}
  - name: normal
    above: 100.00
    up_to: 50_000.00
    approve: {chain: supervisors, until: authority_covers}
  - name: large
    above: 50_000.00
    approve: cfo
    require: {business_case: present}
""",
    "tests/orders.yaml": """\
kind: tests
on: 2027-03-15T09:00:00-04:00
given: {data: data}
defaults: {type: purchase_order, entity: US01, requester: rita}
tests:
  - name: exactly at the limit stays with the manager
    document: {amount: 10_000.00 USD}
    expect: {outcome: route, approve: [mia]}
  - name: a cent more goes to the director
    document: {amount: 10_000.01 USD}
    expect: {outcome: route, approve: [dan]}
""",
    "data/people.csv": """\
id,name,entity,manager,level,last_day
rita,Rita Smith,US01,mia,,
mia,Mia Chen,US01,dan,manager,
dan,Dan Osei,US01,carl,director,
carl,Carl Ruiz,US01,,,
eve,Eve Long,US01,,,
fay,Fay Holt,US01,mia,,
gus,Gus Webb,US01,mia,,
""",
    "data/roles.csv": "role,person,for\ncfo,carl,US01\ncontroller,carl,US01\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the set; its master data lie in `data`."""
    root = tmp_path / "small"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
