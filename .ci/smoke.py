"""Starts `make run` with nothing but an empty folder, fetches two pages, and stops it again."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 30
CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> int:
    """0 if the pages came and the program went when asked; otherwise 1 and what it printed."""
    with tempfile.TemporaryDirectory(prefix="tiengtho-smoke-") as folder:
        port = free_port()
        output = Path(folder) / "output"
        with output.open("wb") as stream:
            program = subprocess.Popen(
                ["make", "run"],
                cwd=CHECKOUT,
                env=environment(Path(folder), port),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            complaint = look_at(program, port)
        finally:
            went = stop(program)
        if complaint is None and went:
            return 0
        print(output.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
        print(complaint or f"it did not stop within {STOP_SECONDS} s", file=sys.stderr)
        return 1


def environment(folder: Path, port: int) -> dict[str, str]:
    """No settings but where to keep things and where to listen."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIENGTHO_")}
    return kept | {
        "TIENGTHO_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/tiengtho.db",
        "TIENGTHO_MASTER_KEY_FILE": f"{folder}/master.key",
        "TIENGTHO_WEB_PORT": str(port),
    }


def look_at(program: subprocess.Popen[bytes], port: int) -> str | None:
    """Fetches `/health` and `/`; returns what was wrong, or None."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            fetch(port, "/health")
            break
        except (urllib.error.URLError, ConnectionError, TimeoutError) as problem:
            if program.poll() is not None:
                return f"it ended by itself with {program.returncode}"
            if time.monotonic() > deadline:
                return f"/health did not answer within {START_SECONDS} s: {problem}"
            time.sleep(0.2)
    page = fetch(port, "/")
    if "<html" not in page or "Tiếng Thợ" not in page:
        return "the page at / is not the worker's page"
    print(f"/health answered, / is a page of {len(page.encode())} bytes")
    return None


def fetch(port: int, path: str) -> str:
    """The body of a page of this machine; raises for any status but 200."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def stop(program: subprocess.Popen[bytes]) -> bool:
    """Asks what we started to end, by its own process group; whether it did so in time."""
    if program.poll() is None:
        os.killpg(program.pid, signal.SIGTERM)
    try:
        program.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        return False
    return True


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
