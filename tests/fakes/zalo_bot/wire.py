"""Reading a request as Zalo does (address, JSON, form or multipart), writing its answers."""

import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from tests.fakes.zalo_bot.habits import Habits, Style
from tests.fakes.zalo_bot.refusals import Refusal, bad
from tests.fakes.zalo_bot.world import Json


@dataclass(frozen=True, slots=True)
class Read:
    """What came with a request; `wrong` says why its body could not be read."""

    parameters: Json = field(repr=False)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    wrong: Refusal | None = None


async def read(request: web.Request) -> Read:
    """The parameters and the uploaded files; the body's win over the address's."""
    address: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            return Read(address, wrong=bad("The body is not valid JSON"))
        if not isinstance(body, dict):
            return Read(address, wrong=bad("The body must be a JSON object"))
        return Read(address | body)
    if kind == "application/x-www-form-urlencoded":
        # Not `request.post()`, which reads no body of a GET.
        return Read(address | dict(parse_qsl(await request.text(), keep_blank_values=True)))
    if kind == "multipart/form-data":
        try:
            return await _read_parts(request, address)
        except ValueError:
            return Read(address, wrong=bad("The body is not valid"))
    return Read(address)


async def _read_parts(request: web.Request, parameters: Json) -> Read:
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            return Read(parameters, files, bad("The body is not valid"))
        name, data = str(part.name), bytes(await part.read())
        if part.filename is None:
            parameters[name] = data.decode()
        else:
            files[name] = data
    return Read(parameters, files)


def fine(rest: Json | bytes, habits: Habits) -> web.Response:
    """The answer to a call that went well: `rest` is its body without `ok`, or all of its bytes."""
    if isinstance(rest, bytes):
        return web.Response(body=rest, content_type="application/json")
    zero: Json = {"error_code": "0" if habits.text_codes else 0} if habits.zero_codes else {}
    return _json({"ok": True} | rest | zero, 200)


def refused(refusal: Refusal, habits: Habits) -> web.Response:
    """The answer to a call that did not."""
    status = refusal.code if habits.style is Style.LEGACY else 200
    return _json(refusal.body(as_text=habits.text_codes), status)


def _json(body: Any, status: int) -> web.Response:
    # UTF-8 as it stands: what is decomposed (NFD) stays so, and half a pair of surrogates too.
    written = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return web.Response(body=written, status=status, content_type="application/json")


async def cut(request: web.Request, *, halfway: bool) -> web.StreamResponse:
    """Break the connection off, before the answer or in the middle of it."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    if halfway:
        response.content_length = 1000
        await response.prepare(request)
        await response.write(b'{"ok":true,"res')
    if request.transport is not None:
        request.transport.abort()
    return response


def reset(request: web.Request) -> web.StreamResponse:
    """Reset the connection, so that the other side sees no orderly end of it."""
    if request.transport is not None:
        raw = request.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.StreamResponse()
