"""Everything that is wrong with the tests of a set as they are written, without running one.

A broken test keeps no set from loading, so this is no part of `rules.loading`: who checks a set
asks for it, and who runs the tests is told the same by `rules.testing.running`.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.policy import PolicySet
from rules.diagnostics import Diagnostics
from rules.testing.forms import read_tests
from rules.testing.running import Runner
from rules.testing.worlds import Sources, Worlds


def check_tests(
    files: Mapping[str, bytes], policy: PolicySet, sources: Sources, diagnostics: Diagnostics
) -> None:
    """What reading the tests and building their worlds reports; nothing is decided."""
    runner = Runner(policy, Worlds(policy, sources))
    for file in read_tests(files, diagnostics):
        for test in file.tests:
            own = Diagnostics()
            runner.ready(file, test, own)
            diagnostics.extend(own)
