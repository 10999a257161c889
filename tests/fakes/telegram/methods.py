"""Which function answers which method of the Bot API."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from tests.fakes.telegram import asking, hooks, sending
from tests.fakes.telegram.call import Call

Method = Callable[[Call], Any]


def _yes(_: Call) -> bool:
    return True


# By the names in small letters, as Telegram compares them. `getUpdates` and `setWebhook` are the
# server's own: they touch more than the world.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "getme": asking.get_me,
        "logout": _yes,
        "close": _yes,
        "deletewebhook": hooks.delete_hook,
        "getwebhookinfo": hooks.hook_info,
        "sendmessage": sending.send_message,
        "sendphoto": sending.send_photo,
        "senddocument": sending.send_document,
        "copymessage": sending.copy_message,
        "sendchataction": sending.send_chat_action,
        "editmessagetext": sending.edit_text,
        "editmessagecaption": sending.edit_caption,
        "editmessagereplymarkup": sending.edit_keyboard,
        "deletemessage": sending.delete,
        "deletemessages": sending.delete_many,
        "answercallbackquery": sending.answer_query,
        "getfile": asking.get_file,
        "getchat": asking.get_chat,
        "getchatmember": asking.get_member,
        "getchatadministrators": asking.get_administrators,
        "getchatmembercount": asking.count_members,
        "leavechat": asking.leave,
        "createforumtopic": asking.create_topic,
        "editforumtopic": asking.edit_topic,
        "closeforumtopic": asking.close_topic,
        "reopenforumtopic": asking.reopen_topic,
        "deleteforumtopic": asking.delete_topic,
        "setmycommands": asking.set_commands,
        "getmycommands": asking.get_commands,
        "deletemycommands": asking.delete_commands,
        "setmydescription": partial(asking.set_text, name="description"),
        "getmydescription": partial(asking.get_text, name="description"),
        "setmyshortdescription": partial(asking.set_text, name="short_description"),
        "getmyshortdescription": partial(asking.get_text, name="short_description"),
        "setmyname": partial(asking.set_text, name="name"),
        "getmyname": partial(asking.get_text, name="name"),
    }
)
