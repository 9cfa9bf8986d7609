import pytest

from tests.architecture.source import files
from tests.architecture.wording import unfitting_lines, unfitting_words

SLASH = "/"


def test_the_project_names_no_machine_and_no_registry() -> None:
    assert [offence for path in files() for offence in unfitting_words(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        f"see {SLASH}work{SLASH}main",
        f"cd {SLASH}root",
        f"`{SLASH}opt{SLASH}tools`",
        f"{SLASH}home{SLASH}someone{SLASH}project",
        "https://" + "pypi" + ".org" + "/simple",
        "files." + "python" + "hosted.org",
        "registry." + "npmjs" + ".org",
        "--" + "index-" + "url somewhere",
    ],
)
def test_unfitting_words_are_found(line: str) -> None:
    assert len(list(unfitting_lines("README.md", line))) == 1


@pytest.mark.parametrize(
    "line", ["docs/work/plan.md", "https://example.com/opt/in", "and/or", "./root/x", "{a}/work/x"]
)
def test_ordinary_words_are_allowed(line: str) -> None:
    assert list(unfitting_lines("README.md", line)) == []
