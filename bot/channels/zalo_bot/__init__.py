"""The Bot Platform of Zalo: a chat without buttons, over a thin client of our own."""

from bot.channels import Limits, Push
from handlers.turn import Room, Shown

NAME = "zalo_bot"
LIMITS = Limits(
    buttons=False,
    edit=False,
    delete=False,
    # A message holds 2,000 characters; whether an emoji is one or two of them nobody has said.
    max_text=1_900,
    inbound_media=True,
    outbound_photo=True,
    push=Push.ALWAYS,
)
ROOM = Room(buttons=False, keeper="Zalo", files=Shown.ELSEWHERE)


def channel_of(account: int) -> str:
    """What arrivals over one bot are called: who writes to two of them is two people for us."""
    return f"{NAME}:{account}"
