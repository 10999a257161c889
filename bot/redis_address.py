"""The address of a Redis database, checked before anything of Redis is in the process."""

from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES: Final = ("redis", "rediss", "unix")
_OPTIONS: Final = frozenset({"db", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})


def read_url(url: str) -> str:
    """The address of a Redis database, as it is. Raises ValueError, in words without the address,
    for one that is not `redis://HOST:PORT/NUMBER`, `rediss://…` or `unix:///SOCKET?db=NUMBER`.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
        port = parts.port
    except ValueError:
        raise ValueError("is no address of a Redis database") from None
    if parts.scheme not in SCHEMES:
        raise ValueError("must begin with redis://, rediss:// or unix://")
    if not options.keys() <= _OPTIONS:
        raise ValueError(f"may say {', '.join(sorted(_OPTIONS))} after the ?, and nothing else")
    is_file = parts.scheme == "unix"
    if is_file and (parts.hostname or len(parts.path) < 2):
        raise ValueError("needs three strokes before the socket: unix:///run/redis.sock?db=0")
    if not is_file and (not parts.hostname or port == 0):
        raise ValueError("must name a host")
    number = options.get("db", "0" if is_file else unquote(parts.path).strip("/") or "0")
    if not (number.isascii() and number.isdigit()) or parts.fragment:
        raise ValueError("must end in the number of a database, like redis://127.0.0.1:6379/0")
    return url
