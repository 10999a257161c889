"""SECURITY.md says what the tests measured, and names only commands and tests that exist."""

import json
import re

from tests import proof

TOLD = json.loads(proof.KEPT.read_text(encoding="utf-8"))
TEXT = proof.PAGE.read_text(encoding="utf-8")


def test_the_table_holds_the_figures_as_they_were_measured() -> None:
    assert proof.page(TEXT, TOLD) == TEXT, "run: make proof"


def test_every_promise_has_a_row_with_its_command_and_its_figure() -> None:
    rows = {row.promise: row for row in proof.rows()}
    assert [name for name in rows if name] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    for row in rows.values():
        assert row.command.startswith("`")
        assert re.search(r"\d", row.measured(TOLD))


def test_the_figures_keep_the_promises() -> None:
    seized, joined = TOLD["seizure"], TOLD["seizure"]["linkage"]
    assert (seized["hits"], seized["control_found"]) == (0, True)
    # Three standard errors of a thousand that are named by chance.
    border = joined["chance"] + 3 * (joined["chance"] * (1 - joined["chance"]) / 1000) ** 0.5
    assert max(joined["sqlite"], joined["postgresql_after"]) <= border < joined["postgresql_before"]
    files = TOLD["files"]
    assert (files["bytes_found_after"], files["exiftool_after"], files["refused"]) == (0, 0, 0)
    assert files["files"] == files["places"] == files["found_before"] >= 300
    assert (files["answered_wrongly"], files["children_left"]) == ([], 0)
    assert (TOLD["retention"]["before"], TOLD["retention"]["after"]) == (1, 0)
    assert TOLD["restore"] == {"kept": True, "deleted": False, "traces": 0}
    assert (TOLD["police"]["police"], TOLD["police"]["inside_company"]) == (0, 0)
    scope = TOLD["scope"]
    assert (scope["police"], scope["inside_turned_away"]) == (0, 0)
    assert scope["inside_lost_police"] <= 0.02 * scope["inside"]
    assert TOLD["mutations"]["survived"] == []


def test_every_command_and_test_that_the_page_names_exists() -> None:
    makefile = (proof.ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)", TEXT):
        assert f"\n{target}: " in makefile
    named = re.findall(r"tests/[\w/]+\.py", TEXT)
    assert len(named) > 5
    for file in named:
        assert (proof.ROOT / file).exists(), file
