"""The life of a tip, as the one table tells it."""

import pytest

from handlers.tips import LIFE, Move, Status, Told, Who, after, moves_from, told_of
from storage.audit import Act

OPEN = (Status.TRIAGE, Status.CLAIMED, Status.ASKED, Status.WORKING)
OF_WORKERS = frozenset({Move.ADD, Move.REOPEN, Move.WITHDRAW})


def test_every_move_has_its_rule_and_every_rule_leads_somewhere() -> None:
    assert set(LIFE) == set(Move)
    for rule in LIFE.values():
        assert rule.who
        assert rule.ways
        assert all(rule.ways.values())


def test_what_stands_in_the_audit_is_an_act_and_what_workers_do_stands_in_none() -> None:
    acts = {rule.act for rule in LIFE.values() if rule.act}
    assert acts <= {act.value for act in Act}
    assert {move for move, rule in LIFE.items() if not rule.act} == OF_WORKERS | {Move.DELIVER}


def test_whatever_staff_does_stands_in_the_audit() -> None:
    for move, rule in LIFE.items():
        staff = rule.who - {Who.WORKER, Who.HOUSE}
        assert rule.act or not staff, move


def test_the_worker_reads_of_what_moves_the_tip_elsewhere() -> None:
    told = {move for move, rule in LIFE.items() if rule.told is not Told.NOTHING}
    assert {Move.PASS_ON, Move.RETURN, Move.RELEASE_TO_POLICE, Move.MOVE_UP, Move.CLOSE} <= told
    assert told_of(Move.PASS_ON) == "told.pass_on"
    assert told_of(Move.ASK) == told_of(Move.CLAIM) == ""


@pytest.mark.parametrize("status", Status)
def test_from_every_status_there_is_a_way_on(status: Status) -> None:
    assert any(set(LIFE[move].ways[status]) - {status} for move in moves_from(status))


def test_before_its_card_came_nobody_at_a_desk_does_anything() -> None:
    for move in moves_from(Status.RECEIVED):
        assert LIFE[move].who <= {Who.HOUSE, Who.WORKER}, move


@pytest.mark.parametrize("status", OPEN)
def test_an_open_tip_reaches_every_other_status_of_an_open_one(status: Status) -> None:
    reached, waiting = {status}, [status]
    while waiting:
        now = waiting.pop()
        for move in moves_from(now):
            fresh = set(LIFE[move].ways[now]) - reached
            reached |= fresh
            waiting += fresh
    assert reached >= {*OPEN, Status.CLOSED}


def test_a_closed_tip_only_comes_back_by_its_worker_or_by_an_undo() -> None:
    leaving = {
        move
        for move in moves_from(Status.CLOSED)
        if Status.CLOSED not in LIFE[move].ways[Status.CLOSED]
    }
    assert leaving == {Move.REOPEN, Move.UNDO_CLOSE}


def test_the_police_can_only_say_that_they_have_it_or_who_has() -> None:
    theirs = {move for move, rule in LIFE.items() if Who.POLICE in rule.who}
    assert theirs == {Move.POLICE_RECEIVED, Move.POLICE_PASSED}
    for move in theirs:
        assert all(ways == (before,) for before, ways in LIFE[move].ways.items())


def test_what_is_not_in_the_table_is_not_permitted() -> None:
    assert after(Status.RECEIVED, Move.CLAIM) is None
    assert after(Status.CLOSED, Move.ASK) is None
    assert after(Status.ASKED, Move.ANSWER) is Status.ASKED
    assert after(Status.ASKED, Move.ADD) is Status.WORKING
