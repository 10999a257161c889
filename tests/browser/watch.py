"""Watches what a browser asks for and complains about, and judges what it shows."""

from typing import Final, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Response

from tests.browser.product import Product

MOST_BYTES: Final = 60_000
SMALLEST_TARGET: Final = 24
# Every rule but those of level AAA, also the ones that axe leaves out unless they are asked for.
# The dark scheme differs in nothing but its colours.
_BROKEN: Final = """async (wanted) => {
  const rules = axe.getRules().filter((each) => !each.tags.includes("wcag2aaa"));
  const values = wanted ?? rules.map((each) => each.ruleId);
  const found = await axe.run({ runOnly: { type: "rule", values }, resultTypes: ["violations"] });
  const places = (each) => each.nodes.map((node) => node.html.slice(0, 160));
  return found.violations.map((each) => [each.id, places(each)]);
}"""
_SCHEMES: Final[dict[Literal["light", "dark"], list[str] | None]] = {
    "light": None,
    "dark": ["color-contrast"],
}
# What can be pressed and is smaller than `most` pixels. A link in the middle of a text may be, and
# so may a box whose label is pressed with it.
_SMALL: Final = """(most) => [
    ...document.querySelectorAll("a, button, input, select, textarea, summary, label:has(input)"),
  ]
  .filter((each) => each.checkVisibility() && each.type !== "hidden")
  .filter((each) => !(each.tagName === "A" && getComputedStyle(each).display === "inline"))
  .filter((each) => !each.matches(".skip, .hidden, label > input"))
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < most || box.height < most)
  .map(([html]) => html)"""


class Watch:
    """What happened in the browser contexts that it follows."""

    def __init__(self, product: Product) -> None:
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self._expected: set[int] = set()
        self._product = product
        self._allowed = ""

    def expect(self, *statuses: int) -> None:
        """Refusals that the test provokes; the browser notes each of them as an error."""
        self._expected |= set(statuses)

    def allow(self, address: str) -> None:
        """The only other host that a test leads to: where the quick exit goes."""
        self._allowed = address

    def follow(self, context: BrowserContext) -> None:
        """From now on everything in `context` is noted."""
        context.on("request", lambda request: self._ask(request.url))
        context.on("console", self._say)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def assert_quiet(self) -> None:
        """Nothing was asked of any other host, and the browser complained about nothing: no error
        in a script, nothing that the Content-Security-Policy had to stop.
        """
        assert not self.foreign, self.foreign
        assert not self.complaints, self.complaints

    def _ask(self, url: str) -> None:
        if url != self._allowed and not url.startswith((self._product.address + "/", "data:")):
            self.foreign.append(url)

    def _say(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        expected = [f"status of {status} " in message.text for status in self._expected]
        if not (message.text.startswith("Failed to load resource") and any(expected)):
            self.complaints.append(message.text)


class Scales:
    """Weighs what a page transfers: its HTML, styles and scripts."""

    def __init__(self, page: Page) -> None:
        self._heaviest_page = 0
        self._files: dict[str, int] = {}
        page.on("response", self._weigh)

    @property
    def heaviest(self) -> int:
        """The bytes of the heaviest page seen, with all of its styles and scripts."""
        return self._heaviest_page + sum(self._files.values())

    def _weigh(self, answer: Response) -> None:
        size = int(answer.headers.get("content-length", "0"))
        kind = answer.headers.get("content-type", "")
        if "text/html" in kind:
            self._heaviest_page = max(self._heaviest_page, size)
        elif "text/css" in kind or "javascript" in kind:
            self._files[answer.url] = size


async def assert_open_to_all(page: Page, where: str) -> None:
    """No rule of axe-core is broken in light or in dark, nothing is wider than the screen,
    everything that is to be pressed is large enough.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    for scheme, rules in _SCHEMES.items():
        await page.emulate_media(color_scheme=scheme)
        told = await page.evaluate(_BROKEN, rules)
        assert not told, (where, scheme, told)
    await page.emulate_media(color_scheme="light")
    wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], (where, wide)
    small = await page.evaluate(_SMALL, SMALLEST_TARGET)
    assert not small, (where, small)
