"""The table of mutations cannot rot: each edit still applies, and its test is still there."""

import ast
from pathlib import Path

import pytest

from tests.mutations import table
from tests.mutations.copies import Ran
from tests.mutations.table import ROOT, Mutation, Unusable

MUTATIONS = table.load()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)
def test_each_mutation_applies_once_gives_code_and_has_its_test(mutation: Mutation) -> None:
    spoiled = mutation.applied((ROOT / mutation.file).read_text(encoding="utf-8"))
    if mutation.file.endswith(".py"):
        compile(spoiled, mutation.file, "exec")
    assert mutation.file.split("/")[0] in ("bot", "broadcasts", "storage", "handlers")
    tests = ast.parse((ROOT / mutation.test_file).read_text(encoding="utf-8"))
    names = {each.name for each in ast.walk(tests) if hasattr(each, "name")}
    assert mutation.test_name in names, f"{mutation.test} is not there any more"
    assert mutation.promise.endswith(".")
    assert len(mutation.promise.split()) >= 5


def test_there_are_enough_of_them() -> None:
    assert len(MUTATIONS) >= 16


def test_what_does_not_apply_exactly_once_is_no_mutation() -> None:
    mutation = Mutation("one", "Nothing is lost.", "file.py", "a", "b", "test.py::test")
    assert mutation.applied("xay") == "xby"
    for text in ("", "aa"):
        with pytest.raises(Unusable, match="times"):
            mutation.applied(text)


def test_a_file_that_lacks_something_or_changes_nothing_is_refused(tmp_path: Path) -> None:
    whole = "promise='p'\nfile='f'\nbefore='b'\nafter='a'\ntest='t'\n"
    for wrong in (whole.replace("test='t'\n", ""), whole + "why='w'\n", "before='b", "file=1\n"):
        (tmp_path / "wrong.toml").write_text(wrong, encoding="utf-8")
        with pytest.raises(Unusable):
            table.load(tmp_path)
    (tmp_path / "wrong.toml").write_text(whole.replace("'a'", "'b'"), encoding="utf-8")
    with pytest.raises(Unusable, match="changes nothing"):
        table.load(tmp_path)


@pytest.mark.parametrize(
    ("ran", "is_caught"),
    [
        (Ran(1, 0, ("AssertionError: assert 1 == 2",)), True),
        (Ran(1, 3, ("Failed: DID NOT RAISE <class 'Unopenable'>",)), True),
        (Ran(0, 1), False),
        (Ran(1, 0, ("Failed: Timeout (>60.0s) from pytest-timeout.",)), False),
        (Ran(1, 0, ("ImportError: cannot import name",)), False),
        (Ran(1, 0, errors=1), False),
        (Ran(2, 0), False),
        (Ran(-1, 0), False),
        (Ran(0, 0, skipped=1), False),
    ],
    ids=["assertion", "did not raise", "green", "late", "import", "set-up", "collection", "", "no"],
)
def test_only_a_tests_own_assertion_catches(ran: Ran, is_caught: bool) -> None:
    assert ran.is_caught is is_caught


def test_what_is_skipped_or_empty_is_not_green() -> None:
    assert Ran(0, 1).is_green
    assert not Ran(0, 1, skipped=1).is_green
    assert not Ran(0, 0).is_green
    assert not Ran(1, 1, ("AssertionError",)).is_green
