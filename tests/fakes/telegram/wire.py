"""Reading a request as Telegram does (address, form, JSON or multipart), writing its answers."""

import json
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.telegram.call import Upload
from tests.fakes.telegram.refusals import Refusal, bad
from tests.fakes.telegram.world import Json


async def read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """The parameters and the uploaded files. Raises Refusal for a body that cannot be read."""
    parameters: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad("can't parse JSON object") from None
        return parameters | (body if isinstance(body, dict) else {}), {}
    if kind == "application/x-www-form-urlencoded":
        return parameters | dict(await request.post()), {}
    if kind != "multipart/form-data":
        return parameters, {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise bad("nested multipart")
        name, data = str(part.name), bytes(await part.read())
        if part.filename is None:
            parameters[name] = data.decode()
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads[name] = Upload(part.filename, kind, data)
    return parameters, uploads


def fine(result: Any, description: str | None = None) -> web.Response:
    """The answer to a call that went well."""
    body = {"ok": True, "result": result}
    return web.json_response(body | ({"description": description} if description else {}))


def refused(refusal: Refusal) -> web.Response:
    """The answer to a call that did not."""
    headers = {}
    if "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.json_response(refusal.body(), status=refusal.code, headers=headers)


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
