"""Exports that were made by earlier versions are verified by this one, for ever (F5).

A failure here means that an auditor's file can no longer be verified: mend the verifier, never the
file. Where a later version of zones or holidays decides otherwise, that is the stated reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from api.commands.trail_verify import signed_by
from api.verifying.command import outside_of
from api.verifying.running import verify
from api.verifying.versions import here
from engine.verifying.manifest import FORMAT
from engine.verifying.steps import Outcome, Verdict

KEPT = Path(__file__).parent / "kept"
EXPORTS = sorted(path.name.removesuffix(".countersign.zip") for path in KEPT.glob("*.zip"))


def test_there_is_one_of_every_format() -> None:
    assert {name.partition("-of-")[0] for name in EXPORTS} >= {f"format-{FORMAT}"}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_an_earlier_version_is_verified(name: str) -> None:
    outside = outside_of([str(KEPT / f"{name}.key")], [KEPT / f"{name}.note"])
    root = KEPT / f"{name}.pem"
    signed = signed_by(root) if root.exists() else None
    found = verify(KEPT / f"{name}.countersign.zip", outside, here(), signed=signed)
    assert {n: [str(p) for p in s.problems] for n, s in found.steps.items() if s.problems} == {}
    assert found.verdict is Verdict.VERIFIED
    assert found.steps[6].outcome is Outcome.OK
    assert len(found.stamped) == root.exists()
    assert sum(found.performed.values()) == found.steps[10].count >= 5
