import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

SKIPPING = """
import pytest

@pytest.mark.server
def test_with_server():
    pytest.skip("no server answers")

def test_without_server():
    pytest.skip("not on this system")
"""


@pytest.mark.parametrize(
    ("required", "status", "summary"), [("", 0, "2 skipped"), ("1", 1, "1 failed, 1 skipped")]
)
def test_a_server_test_may_skip_only_where_servers_are_not_required(
    tmp_path: Path, required: str, status: int, summary: str
) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = server\n")
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env=os.environ | {"COUNTERSIGN_REQUIRE_SERVERS": required, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, summary in run.stdout) == (status, True), run.stdout
