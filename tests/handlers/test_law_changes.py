"""Laws that another one has replaced: what rests on them is found, however its number is typed."""

from datetime import date

from handlers.laws.changes import Change, in_force, known, touching

NEW_YEAR = date(2027, 1, 1)
CHANGES = known([Change("145/2020/NĐ-CP", "Nghị định mới", NEW_YEAR)])


def test_a_number_is_found_however_it_is_typed() -> None:
    for typed in (
        "Nghị định 145/2020/NĐ-CP",
        "nghi dinh 145/2020/nd-cp",
        "145/2020/NĐ-CP, sửa đổi",
    ):
        assert [each.number for each in touching([typed], CHANGES)] == ["145/2020/NĐ-CP"]
    for other in ("Nghị định 1145/2020/NĐ-CP", "Nghị định 145/2020", "", "Luật 45/2019/QH14"):
        assert touching([other], CHANGES) == ()


def test_it_counts_until_the_day_before() -> None:
    cited = ["Nghị định 145/2020/NĐ-CP"]
    assert in_force(cited, CHANGES, date(2026, 12, 31)) is None
    change = in_force(cited, CHANGES, NEW_YEAR)
    assert change is not None
    assert change.replaced_by == "Nghị định mới"


def test_the_later_word_on_a_document_counts_and_the_earliest_change_comes_first() -> None:
    told = known(
        [
            Change("145/2020/NĐ-CP", "Nghị định mới", NEW_YEAR),
            Change("45/2019/QH14", "Bộ luật mới", date(2026, 12, 1)),
            Change("145/2020/nd-cp", "Nghị định khác", NEW_YEAR),
        ]
    )
    cited = ["Nghị định 145/2020/NĐ-CP", "Bộ luật Lao động 45/2019/QH14"]
    assert [each.replaced_by for each in touching(cited, told)] == ["Bộ luật mới", "Nghị định khác"]
