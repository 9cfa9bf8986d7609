"""Policy tests: `kind: tests` files, run against a compiled set.

`run_tests` reads them, builds the world each one states, decides, replays the acts, and puts what
was expected beside what came out.
"""

from rules.testing.comparing import Compared
from rules.testing.running import Result, run_tests
from rules.testing.worlds import Built, Sources

__all__ = ["Built", "Compared", "Result", "Sources", "run_tests"]
