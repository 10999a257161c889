"""Which account a chat subscribes with, what can happen to a subscription, why a bulletin came."""

from datetime import date

from bot.plan import BASIC
from broadcasts import audience
from broadcasts.audience import Area
from handlers.bulletins import REMINDER, topics_for
from handlers.effects import BeginWeek, EndWeek, PauseSubscription, Subscribe, Unsubscribe
from handlers.routing import Tree
from handlers.subscriptions import Subscription
from handlers.turn import Meant
from storage import accounts, published, series, subscribers
from storage.database import Tx
from storage.places import Places

READ_ON_A_PAGE = frozenset({"web"})
"""Names of channels whose people read bulletins at an address: nothing is stored of them."""
MOST_SUBSCRIBERS = {"zalo_bot": BASIC.most_subscribers}
"""Of channels that let an account have only so many."""


class NoRoom(Exception):
    """The app lets no more chats receive bulletins from this account; nothing was done."""


async def account_of(tx: Tx, channel: str) -> int | None:
    """The account that chats of `channel` talk with: the one that it names ("zalo_bot:3"), else the
    one called like it, else its oldest.
    """
    name, _, number = channel.partition(":")
    if number:
        named = await accounts.by_id(tx, int(number))
        return named.id if named is not None and named.channel == name else None
    found = [each for each in await accounts.every(tx) if each.channel == channel]
    first = next((each for each in found if each.name == channel), None)
    chosen = first or next(iter(found), None)
    return chosen.id if chosen is not None else None


async def subscription_of(tx: Tx, chat: str) -> Subscription | None:
    """What a chat ("channel|address") receives; None when it does not subscribe, or cannot."""
    channel, _, address = chat.partition("|")
    account = None if channel in READ_ON_A_PAGE else await account_of(tx, channel)
    return await subscribers.of(tx, account, address) if account is not None else None


async def is_full(tx: Tx, chat: str) -> bool:
    """Whether nobody else can subscribe where this chat is."""
    channel = chat.partition("|")[0]
    most = MOST_SUBSCRIBERS.get(channel.partition(":")[0])
    account = await account_of(tx, channel) if most is not None else None
    if most is None or account is None:
        return False
    return await _how_many(tx, account) >= most


async def in_week(tx: Tx, chat: str) -> bool:
    """Whether a chat is sent the first week at work."""
    channel, _, address = chat.partition("|")
    account = None if channel in READ_ON_A_PAGE else await account_of(tx, channel)
    return account is not None and await series.goes_on(tx, account, address)


Wish = Subscribe | Unsubscribe | PauseSubscription | BeginWeek | EndWeek
"""What a turn may decide about that which is sent to a chat."""


async def carry_out(tx: Tx, chat: str, effect: Wish, today: date) -> None:
    """Do what a turn decided about what is sent to a chat ("channel|address"). Raises ValueError
    for a channel whose people read on a page, and NoRoom.
    """
    channel, _, address = chat.partition("|")
    if channel in READ_ON_A_PAGE:
        raise ValueError("a page subscribes nobody")
    account = await account_of(tx, channel)
    match effect:
        case Subscribe(subscription):
            account = await _ready(tx, account, chat)
            await subscribers.keep(tx, account, address, subscription, today)
        case BeginWeek(language, following):
            account = await _ready(tx, account, chat)
            await series.begin(tx, account, address, language, following=following, today=today)
        case Unsubscribe() if account is not None:
            await subscribers.stop(tx, account, address)
        case EndWeek() if account is not None:
            await series.stop(tx, account, address)
        case PauseSubscription(until) if account is not None:
            await subscribers.pause(tx, account, address, until)
        case _:
            return


async def meant_by(tx: Tx, bulletin: str, tree: Tree, places: Places) -> Meant | None:
    """Whom a bulletin was for when it was sent; None for one that is not to be read any more."""
    if bulletin == REMINDER:
        return Meant(reminder=True)
    sent = await published.one(tx, bulletin)
    unit = tree.get(sent.unit) if sent is not None else None
    if sent is None or unit is None:
        return None
    area = audience.area(unit, sent.content.scope, places)
    spans = area.spans if isinstance(area, Area) else ()
    return Meant(topics_for(sent.content), spans)


async def left(tx: Tx, chat: str) -> bool:
    """The chat was blocked or is gone: whether a subscription ended with it."""
    channel, _, address = chat.partition("|")
    account = await account_of(tx, channel)
    if account is None:
        return False
    await series.stop(tx, account, address)
    return await subscribers.stop(tx, account, address)


async def _ready(tx: Tx, account: int | None, chat: str) -> int:
    """The account over which something may be sent to one more chat. Raises NoRoom."""
    channel, _, address = chat.partition("|")
    if account is None:
        # A channel without a token of its own, or one whose token is not written down yet.
        account = (await accounts.ensure_first(tx, channel, "")).id
    if channel.partition(":")[0] in MOST_SUBSCRIBERS:
        await accounts.hold(tx, account)
        known = await subscribers.of(tx, account, address) is not None
        if not known and not await series.goes_on(tx, account, address) and await is_full(tx, chat):
            raise NoRoom
    return account


async def _how_many(tx: Tx, account: int) -> int:
    """Chats that something is sent to. Who gets bulletins and a first week counts twice: the rows
    cannot be joined.
    """
    return await subscribers.of_account(tx, account) + await series.of_account(tx, account)
