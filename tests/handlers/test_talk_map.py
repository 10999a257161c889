"""The drawn map of the talk is the talk."""

from tests import talk_map


def test_the_map_is_fresh() -> None:
    written = talk_map.PAGE.read_text(encoding="utf-8")
    assert written == talk_map.draw(), "draw it again: python -m tests.talk_map"


def test_every_state_has_its_step_and_its_place_on_the_map() -> None:
    drawn = [name for members in talk_map.PARTS.values() for name in members]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == set(talk_map.names()) == set(talk_map.steps())


def test_every_state_can_be_reached() -> None:
    arrows = talk_map.leads_to()
    reached = {after for name, members in arrows.items() for after in members if after != name}
    # These are reached by what works everywhere: commands, help, stop, doubtful words.
    everywhere = {"Aside", "ConfirmingCancel", "ConfirmingWord", "ReadingHandbook", "TypingCode"}
    # And these from wherever words come in, by the gate that reads them over.
    gate = {"LeavingOut", "LeavingOutLater", "AskingWhose", "AskingWhoseLater"}
    assert set(talk_map.names()) - reached <= everywhere | gate


def test_every_state_can_be_left() -> None:
    for name, members in talk_map.leads_to().items():
        # A code leaves TypingCode, and it opens a thread from anywhere.
        assert members or name == "TypingCode", name


def test_the_short_road_is_on_the_map() -> None:
    arrows = talk_map.leads_to()
    road = ("Resting", "ChoosingCategory", "AskingDanger", "AskingPlace", "TellingStory")
    for here, after in zip(road, (*road[1:], "Reviewing"), strict=True):
        assert after in arrows[here]
    assert "Received" in arrows["Reviewing"]
