"""The papers of the house say what is so, and give nothing away about where it was built."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.config import Settings

CHECKOUT = Path(__file__).parents[2]
PAPERS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "NOTICE")
FOLDERS = ("bot", "broadcasts", "storage", "handlers", "tests", "docs", "requirements", ".ci")
SETTING = re.compile(r"TIENGTHO_[A-Z0-9_]*[A-Z0-9]")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")

# Written in pieces, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a folder of the machine it was built on": rf"(?<![\w.])/{'work'}/|/opt/{'(?:wheels|pypi)'}",
    "material that is not part of the project": rf"(?<![\w.-]){'shared'}/",
    "the host of a package index": r"py" + r"pi\.org|python" + r"hosted\.org|registry\.npm" + r"js",
    "where packages are fetched from": r"--(?:extra-)?index" + r"-url|--find" + r"-links",
}


def files() -> list[Path]:
    """Every file that is committed or could be; in an unpacked archive, every file there is."""
    if (CHECKOUT / ".git").exists() and shutil.which("git"):
        listing = subprocess.run(
            # The checkout may belong to somebody else (a container's root reads a user's files).
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
            cwd=CHECKOUT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        paths = [CHECKOUT / name for name in listing.split("\0") if name]
    else:
        folders = [CHECKOUT / name for name in FOLDERS]
        paths = [*CHECKOUT.glob("[!.]*"), *(path for f in folders for path in f.rglob("*"))]
    return [path for path in paths if path.is_file()]


def texts() -> dict[str, str]:
    """What stands in the files that are text, by their names."""
    found = {}
    for path in files():
        try:
            found[str(path.relative_to(CHECKOUT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def settings() -> set[str]:
    """The settings of the program by the names that an operator writes."""
    return {f"TIENGTHO_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_stands_in_the_example_and_no_other() -> None:
    example = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
    assert set(SETTING.findall(example)) == settings()


def test_every_setting_stands_in_the_table_of_the_readme_and_no_other() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in readme.splitlines() if line.startswith("|"))
    assert set(SETTING.findall(rows)) == settings()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    everything = texts()
    assert "pyproject.toml" in everything
    # uv's switches that keep such a line out of the locked files are the one exception.
    found = {
        f"{name}: {hit.group()}"
        for name, text in everything.items()
        for hit in pattern.finditer(text.replace("--no-emit-", ""))
    }
    assert found == set()


@pytest.mark.parametrize("name", PAPERS)
def test_the_house_has_its(name: str) -> None:
    assert (CHECKOUT / name).read_text(encoding="utf-8").strip()


def test_every_link_between_the_papers_leads_somewhere() -> None:
    lost = [
        f"{name}: {target}"
        for name, text in texts().items()
        if name.endswith(".md")
        for target in LINK.findall(text)
        if not target.startswith(("http://", "https://", "mailto:", "#"))
        and not (CHECKOUT / name).parent.joinpath(target.partition("#")[0]).exists()
    ]
    assert lost == []


def test_every_decision_is_on_the_list_of_decisions() -> None:
    folder = CHECKOUT / "docs" / "decisions"
    pages = {path.name for path in folder.glob("[0-9]*.md")}
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert pages
    assert listed == pages


def test_every_target_that_the_papers_name_can_be_made() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`make ([a-z]+)", (CHECKOUT / name).read_text(encoding="utf-8")))
        assert named <= targets, name


def test_every_locked_package_carries_a_hash() -> None:
    for name in ("run", "dev"):
        lock = (CHECKOUT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        packages = re.split(r"\n(?=\S)", lock.replace("\\\n", " ").strip())
        assert packages
        assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []
