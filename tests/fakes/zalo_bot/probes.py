"""The platform's look at a webhook, and the words in which it tells what it saw."""

import time

import aiohttp

from tests.fakes.zalo_bot.call import Call
from tests.fakes.zalo_bot.world import Json

# What a probe posts is not known; an event that no bot knows does no harm anywhere.
PROBE = {"ok": True, "result": {"event_name": "webhook.probe"}}
_HINTS = {
    "webhook.ok": "",
    "webhook.http.403": "Your server refused the request.",
    "webhook.http.404": "Your server does not know this path.",
    "webhook.err.dns": "The host name could not be found.",
    "webhook.err.tls": "The TLS handshake failed.",
    "webhook.err.conn": "Your server could not be reached.",
    "webhook.err.timeout": "Your server did not answer in time.",
}


async def probe(call: Call, url: str, secret: str) -> Json:
    """Post once to the address; `ok` only for a 2xx in time."""
    habits, begun = call.world.habits, time.monotonic()
    headers = {"X-Bot-Api-Secret-Token": secret} if habits.probe_has_secret else {}
    timeout = aiohttp.ClientTimeout(total=habits.delivery.timeout_seconds)
    status = 0
    try:
        async with call.outside.post(
            url, json=PROBE, headers=headers, allow_redirects=False, timeout=timeout
        ) as response:
            status = response.status
            outcome = _outcome(status)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        outcome = _failure(error)
    return {
        "ok": outcome == "webhook.ok",
        "outcome": outcome,
        "status_code": status,
        "latency_ms": round((time.monotonic() - begun) * 1000),
        "hint": _HINTS.get(outcome, "Your server did not answer 2xx."),
    }


def _outcome(status: int) -> str:
    if 200 <= status <= 299:
        return "webhook.ok"
    if status in (403, 404):
        return f"webhook.http.{status}"
    return "webhook.http.5xx" if 500 <= status <= 599 else "webhook.http.other"


def _failure(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "webhook.err.timeout"
        case aiohttp.ClientConnectorDNSError():
            return "webhook.err.dns"
        case aiohttp.ClientSSLError():
            return "webhook.err.tls"
        case aiohttp.ClientConnectionError() | OSError():
            return "webhook.err.conn"
        case _:
            return "webhook.err.other"
