"""Reads the product's own source: where it seals, logs, keeps in memory, and writes to a disk."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("bot", "broadcasts", "storage", "handlers")
_KEEPS = frozenset({"put", "add", "count"})
_WRITES = frozenset(
    """
    write_text write_bytes symlink_to hardlink_to mkstemp mkdtemp TemporaryFile NamedTemporaryFile
    SpooledTemporaryFile TemporaryDirectory copyfile copy2 copytree copyfileobj make_archive
    """.split()
)
# What puts objects on a disk by itself, or into a form that runs code when it is read.
_WRITING_MODULES = frozenset(
    {"tempfile", "shelve", "dbm", "pickle", "marshal", "sqlite3", "shutil"}
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `name` is its path from the root, `module` as it is imported."""

    name: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """As it is imported."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass(frozen=True, slots=True)
class Logged:
    """One call of `note` or `note_failure`: the event and the names beside it."""

    where: str
    event: str | None
    fields: frozenset[str]


@cache
def sources() -> tuple[Source, ...]:
    """Every file of the product."""
    found = sorted(path for room in _ROOMS for path in (ROOT / room).rglob("*.py"))
    return tuple(
        Source(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in found
    )


def seals() -> set[str]:
    """Every function of `storage` that seals something: `module.function`."""
    return {
        f"{source.module}.{name}"
        for source in sources()
        if source.name.startswith("storage/") and source.module != "storage.crypto"
        for name, call in _calls(source.tree)
        if _seals(call)
    }


def logged() -> Iterator[Logged]:
    """Every call that logs, outside `bot/logs.py`."""
    for source in sources():
        if source.name == "bot/logs.py" or not source.name.startswith("bot/"):
            continue
        if not _imports_notes(source.tree):
            continue
        for _, call in _calls(source.tree):
            if isinstance(call.func, ast.Name) and call.func.id in ("note", "note_failure"):
                fields = frozenset(each.arg or "**" for each in call.keywords)
                yield Logged(f"{source.name}:{call.lineno}", _member(call.args), fields)


def volatile_kinds() -> dict[str, str | None]:
    """What kinds are kept in the volatile store, by the place that does it; None: it is hidden."""
    found = {}
    for source in sources():
        constants = _constants(source.tree)
        for _, call in _calls(source.tree):
            func = call.func
            if not isinstance(func, ast.Attribute) or func.attr not in _KEEPS or not call.args:
                continue
            if not ast.unparse(func.value).endswith("volatile"):
                continue
            first = call.args[0]
            literal = first.value if isinstance(first, ast.Constant) else None
            kind = literal if isinstance(literal, str) else constants.get(ast.unparse(first))
            found[f"{source.name}:{call.lineno}"] = kind
    return found


def runners() -> Iterator[tuple[str, bool]]:
    """Every place that serves pages, and whether it keeps no log of visitors."""
    for source in sources():
        for _, call in _calls(source.tree):
            name = ast.unparse(call.func).rpartition(".")[2]
            if name in ("AppRunner", "ServerRunner", "run_app", "_run_app"):
                given = {each.arg: ast.unparse(each.value) for each in call.keywords}
                yield f"{source.name}:{call.lineno}", given.get("access_log") == "None"


def writers() -> set[str]:
    """Every file of the product that may write to a disk by itself (databases apart)."""
    return {source.name for source in sources() if _writes(source.tree)}


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text that stands in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def imports(name: str) -> set[str]:
    """The modules that a file imports."""
    [source] = [each for each in sources() if each.name == name]
    return _imported(source.tree)


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{each.name}" for each in node.names} | {node.module}
    return found


def _writes(tree: ast.Module) -> bool:
    if {each.partition(".")[0] for each in _imported(tree)} & _WRITING_MODULES:
        return True
    return any(_is_writing(call) for _, call in _calls(tree))


def _is_writing(call: ast.Call) -> bool:
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if name in _WRITES or ast.unparse(func) == "os.open":
        return True
    if name != "open":
        return False
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "mode")]
    modes = [each.value for each in given if isinstance(each, ast.Constant)]
    return any(
        isinstance(mode, str) and len(mode) <= 3 and set(mode) & set("wax+") for mode in modes
    )


def _seals(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr in ("seal_part", "seal_file"):
        return True
    return call.func.attr == "seal" and any(
        "purpose" in ast.unparse(each).lower() for each in call.args[:1]
    )


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the name of the innermost function around it."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = child.name
            if isinstance(child, ast.Call):
                yield inner, child
            yield from walk(child, inner)

    return walk(tree, "")


def _constants(tree: ast.Module) -> dict[str, str]:
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = (
                zip(target.elts, node.value.elts, strict=False)
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                else [(target, node.value)]
            )
            for name, value in pairs:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[ast.unparse(name)] = value.value
    return found


def _imports_notes(tree: ast.Module) -> bool:
    return bool(_imported(tree) & {"bot.logs.note", "bot.logs.note_failure"})


def _member(args: list[ast.expr]) -> str | None:
    first = args[0] if args else None
    return first.attr if isinstance(first, ast.Attribute) else None
