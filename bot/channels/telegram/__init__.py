"""Telegram at both ends: the workers' private chats and the desks' groups, over one bot account."""

from bot.channels import Limits, Push

NAME = "telegram"
LIMITS = Limits(
    buttons=True,
    edit=True,
    delete=True,
    max_text=4096,
    inbound_media=True,
    outbound_photo=True,
    push=Push.ALWAYS,
)
