"""What was missed for hours asks its author in their private chat, once; its buttons never age."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import broadcasting
from bot.broadcasting import Ground
from bot.channels import TryLater
from bot.channels.telegram.desk_post import Post, lines
from bot.channels.telegram.studio_private import MARK, title_of
from handlers.broadcasters.actions import Offer, Steer
from handlers.bulletins import Bulletin, Stage
from handlers.screens import Say, Screen, say
from handlers.texts import Texts
from storage import bulletins, desk_links, restored, sendings
from storage.database import Database, Tx
from storage.sendings import Sending

LATE = "late."
"""How the name of each of these buttons begins; the rest says what is done with which sending."""
_OFFERS = (Offer.SEND_NOW, Offer.LEAVE)


class Late:
    """Asks about what is late, and takes the answers."""

    def __init__(self, post: Post, database: Database, texts: Texts, ground: Ground) -> None:
        """Joined by `Studio`."""
        self._post = post
        self._database = database
        self._texts = texts
        self._ground = ground

    async def ask(self) -> None:
        """Ask about everything that nobody was asked about yet. Without a linked account nobody can
        be: the pages of the studio ask them.
        """
        async with self._database.read() as tx:
            waiting = await sendings.unasked(tx)
        for sending in waiting:
            await self._ask(sending)

    async def press(self, account: str, member: bytes, name: str) -> None:
        """Do what was pressed, and say what came of it."""
        word, _, digits = name.removeprefix(LATE).partition(".")
        offer = next((each for each in _OFFERS if each == word), None)
        says: tuple[Say, ...] = (say("studio.chat.gone"),)
        if offer is not None and digits.isascii() and digits.isdigit() and len(digits) < 10:
            async with self._database.write() as tx:
                found = await sendings.by_id(tx, int(digits))
                if found is not None:
                    steer = Steer(offer, found.id)
                    turn = await broadcasting.act(tx, member, found.bulletin, steer, self._ground)
                    says = turn.says if turn is not None else says
        await self._post.write(account, lines(self._texts.render(Screen(says))))

    async def _ask(self, sending: Sending) -> None:
        async with self._database.write() as tx:
            # Whoever asks says so first: nobody is asked twice.
            if not await sendings.set_asked(tx, sending.id, self._ground.clock()):
                return
            bulletin = await bulletins.by_id(tx, sending.bulletin)
            account = await account_with_say(tx, bulletin) if bulletin is not None else None
        if bulletin is None or account is None:
            return
        when = f"{sending.due.astimezone(self._ground.zone):%H:%M, %d/%m/%Y}"
        # A house that came back from a backup cannot say that nobody has got it.
        is_doubtful = sending.reason == restored.REASON
        asks = "studio.chat.late_restored" if is_doubtful else "studio.chat.late"
        asked = Screen((say(asks, title=title_of(bulletin), when=when),))
        keys = [
            InlineKeyboardButton(
                self._texts.get(f"studio.do.{offer}"),
                callback_data=f"{MARK}{LATE}{offer}.{sending.id}:",
            )
            for offer in _OFFERS
        ]
        text = lines(self._texts.render(asked))
        result = await self._post.write(account, text, InlineKeyboardMarkup([keys]))
        if isinstance(result, TryLater):
            async with self._database.write() as tx:
                await sendings.set_asked(tx, sending.id, None)


async def account_with_say(tx: Tx, bulletin: Bulletin) -> str | None:
    """The linked account of the author, while they have a say."""
    account = await desk_links.account_of(tx, bulletin.author)
    member = await desk_links.member_of(tx, account) if account is not None else None
    has_say = member is not None and member.broadcasts and bulletin.stage is not Stage.DELETED
    return account if has_say else None
