"""A bare aiohttp application that says back what it is told, to hold our figures against."""

import sys

from aiohttp import web


async def echo(request: web.Request) -> web.Response:
    """The body, as a page."""
    return web.Response(text=await request.text(), content_type="text/html")


async def health(_: web.Request) -> web.Response:
    """200."""
    return web.json_response({"status": "ok"})


def main() -> None:
    """Serve on a free port of this machine, and say which."""
    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_route("*", "/", echo)

    def say(text: str) -> None:
        # aiohttp's greeting: its first line is all that is wanted.
        print(text.splitlines()[0], flush=True)

    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=say)


if __name__ == "__main__":
    main()
