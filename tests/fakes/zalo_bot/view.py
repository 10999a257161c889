"""What a person sees in a chat: both sides, in order."""

from dataclasses import dataclass, field

from tests.fakes.zalo_bot.world import Account, Post, Talk


@dataclass(frozen=True, slots=True)
class Seen:
    """One message on the screen. `photo` is a picture's address, whose caption is `text`.

    `number` rises over the whole fake, so that messages of several chats can be put in order.
    """

    id: str
    text: str = field(repr=False)
    is_mine: bool
    photo: str | None = field(repr=False)
    date_ms: int
    number: int
    kind: str
    post: Post = field(repr=False)


def screen(talk: Talk, viewer: Account) -> list[Seen]:
    """Everything in a chat, oldest first: nothing is ever edited or taken away."""
    return [
        Seen(
            post.id,
            post.text,
            post.sender is viewer,
            post.photo,
            post.date_ms,
            post.number,
            post.kind,
            post,
        )
        for post in talk.posts
    ]
