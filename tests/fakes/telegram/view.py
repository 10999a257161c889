"""What a person sees in a chat: posts in order, with buttons and pictures, and pop-ups."""

from dataclasses import dataclass, field

from tests.fakes.telegram.world import Account, Chat, Post


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its label, and what it carries or opens."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PopUp:
    """What a pressed button answered: a text over the chat, or a box to close."""

    text: str
    is_alert: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One post as it stands on the screen now. `photo` is the largest picture, `file` a document.

    `before` are the words that stood there before each edit; `post` is the post itself.
    """

    id: int
    is_mine: bool
    sender: str = field(repr=False)
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    photo: bytes | None = field(repr=False)
    file: bytes | None = field(repr=False)
    is_edited: bool
    is_deleted: bool
    is_protected: bool
    is_service: bool
    topic: int | None
    before: tuple[str, ...]
    post: Post = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all its buttons."""
        return tuple(button.label for row in self.buttons for button in row)


def buttons(post: Post) -> tuple[tuple[Button, ...], ...]:
    """The rows of a post's inline keyboard."""
    rows = (post.keyboard or {}).get("inline_keyboard", [])
    return tuple(
        tuple(Button(one["text"], one.get("callback_data"), one.get("url")) for one in row)
        for row in rows
    )


def seen(post: Post, viewer: Account) -> Seen:
    """A post in the eyes of a person."""
    carried = post.media.files[-1].data if post.media is not None else None
    is_photo = post.media is not None and post.media.kind == "photo"
    return Seen(
        id=post.id,
        is_mine=post.sender is viewer,
        sender=post.sender.first_name if post.sender is not None else str(post.chat.title),
        text=post.words,
        buttons=buttons(post),
        photo=carried if is_photo else None,
        file=None if is_photo else carried,
        is_edited=post.edit_date is not None,
        is_deleted=post.is_deleted,
        is_protected=bool(post.content.get("has_protected_content")),
        is_service=post.is_service,
        topic=post.thread,
        before=tuple(post.before),
        post=post,
    )


def screen(
    place: Chat, viewer: Account, *, topic: int | None, with_deleted: bool
) -> tuple[Seen, ...]:
    """Every post of a chat that the person sees, in order; of one topic, or of all."""
    return tuple(
        seen(post, viewer)
        for post in place.posts.values()
        if (with_deleted or not post.is_deleted) and (topic is None or post.thread == topic)
    )
