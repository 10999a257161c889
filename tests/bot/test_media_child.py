"""The cleaner's child: sandboxed, of one thread, ended in time, gone with its parent."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.media import Cleaner, CleanFile, Kind, Refusal, Sandbox
from tests.corpus import coded, drawn, hostile
from tests.corpus.drawn import encoded, upright

ROOT = Path(__file__).parents[2]
CHILD = ROOT / "bot" / "media_child" / "__main__.py"


def _child(script: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", textwrap.dedent(script), *words)


def _printed(script: str) -> str:
    """What a program of its own prints."""
    done = subprocess.run(_child(script), capture_output=True, check=True, timeout=30, text=True)
    return done.stdout


def _is_gone(pid: int) -> bool:
    """Whether the process ended; a zombie that nobody has waited for has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


_TELL_PID = "import os, sys, time, pathlib, signal\n"
_TELL_PID += "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
_PICTURE = encoded(upright(), "PNG")


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        ("time.sleep(60)", Refusal.TOO_SLOW),
        ("sys.stdin.buffer.read()\ntime.sleep(60)", Refusal.TOO_SLOW),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass", Refusal.TOO_SLOW),
        ("os.close(1)\ntime.sleep(60)", Refusal.TOO_SLOW),
        ("sys.stdin.buffer.read()\nwhile True: os.write(1, bytes(65536))", Refusal.UNSAFE),
        ("os.write(1, sys.stdin.buffer.read())", Refusal.UNSAFE),
        ("os.write(1, b'hello')", Refusal.UNSAFE),
        ("sys.exit(0)", Refusal.UNSAFE),
        ("sys.exit(1)", Refusal.BROKEN),
        ("os.kill(os.getpid(), signal.SIGSEGV)", Refusal.BROKEN),
        ("os.kill(os.getpid(), signal.SIGXCPU)", Refusal.TOO_SLOW),
    ],
)
async def test_a_child_that_misbehaves_is_ended_and_its_answer_refused(
    script: str, refusal: Refusal, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    cleaner = Cleaner(seconds=1.0, child=_child(_TELL_PID + script, str(note)))
    data = drawn.with_chunk(_PICTURE, b"tEXt", b"A\0" + bytes(3_000_000))
    assert await cleaner.clean(data) is refusal
    assert _is_gone(int(note.read_text()))


async def test_a_cancelled_cleaning_leaves_no_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    cleaner = Cleaner(child=_child(_TELL_PID + "time.sleep(60)", str(note)))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(cleaner.clean(_PICTURE), 1.0)
    assert _is_gone(int(note.read_text()))


async def test_no_more_children_run_at_once_than_allowed(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    script = """
        import os, sys, time
        diary = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(diary, b"+")
        time.sleep(0.3)
        os.write(diary, b"-")
    """
    cleaner = Cleaner(at_once=2, child=_child(script, str(diary)))
    await asyncio.gather(*(cleaner.clean(_PICTURE) for _ in range(6)))
    marks = diary.read_text()
    depths = [marks[:end].count("+") - marks[:end].count("-") for end in range(len(marks) + 1)]
    assert (max(depths), depths[-1], len(marks)) == (2, 0, 12)


async def test_two_cleanings_at_once_do_not_mix_and_the_loop_goes_on() -> None:
    cleaner = Cleaner()
    red, blue = (encoded(Image.new("RGB", (3000, 2000), name), "PNG") for name in ("red", "blue"))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticker = asyncio.get_running_loop().create_task(tick())
    answers = await asyncio.gather(*(cleaner.clean(data) for data in (red, blue) * 3))
    ticker.cancel()
    for number, answer in enumerate(answers):
        assert isinstance(answer, CleanFile)
        assert (
            Image.open(io.BytesIO(answer.data)).getpixel((9, 9))
            == ((255, 0, 0), (0, 0, 255))[number % 2]
        )
    assert ticks > 10


async def test_a_child_inherits_neither_files_nor_environment_nor_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIENGTHO_MASTER_KEY_FILE", "/somewhere")
    found = tmp_path / "found"
    script = """
        import os, pathlib, sys
        files = [int(name) for name in os.listdir("/proc/self/fd")]
        held = [file for file in files if file > 2 and os.path.exists(f"/proc/self/fd/{file}")]
        pathlib.Path(sys.argv[1]).write_text(f"{held} {sorted(os.environ)} {os.getcwd()}")
    """
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        await Cleaner(child=_child(script, str(found))).clean(_PICTURE)
    assert found.read_text() in {"[] [] /", "[] ['LC_CTYPE'] /"}  # Python sets the latter itself


async def test_the_sandbox_is_as_strong_as_it_says() -> None:
    sandbox = await Cleaner().sandbox()
    script = f"""
        import json, os, resource, socket, sys
        sys.path.insert(0, {str(ROOT)!r})
        from bot.media_child import fence
        namespaces = fence.close("picture")
        status = {{}}
        def attempt(name, act):
            try:
                act()
                status[name] = "done"
            except (OSError, MemoryError) as error:
                status[name] = type(error).__name__
        attempt("write", lambda: open("/tmp/tiengtho-{os.getpid()}", "wb").write(b"x" * 10))
        attempt("memory", lambda: bytearray(1024**3))
        def connect():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                own.sendto(b"out", ("127.0.0.1", 9))
        attempt("network", connect)
        attempt("program", lambda: os.execv("/bin/true", ["true"]))
        attempt("process", lambda: os._exit(7) if os.fork() == 0 else None)
        attempt("core", lambda: status.update(limit=resource.getrlimit(resource.RLIMIT_CORE)))
        dumpable = fence.ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
        print(json.dumps([namespaces, status, dumpable]))
    """
    namespaces, status, dumpable = json.loads(_printed(script))
    assert sandbox is (Sandbox.NAMESPACES if namespaces else Sandbox.LIMITS_ONLY)
    assert (status["write"], status["memory"]) in {
        ("PermissionError", "MemoryError"),
        ("OSError", "MemoryError"),
    }
    assert status["limit"] == [0, 0]
    assert dumpable == 0
    assert status["program"] == "PermissionError"
    assert status["process"] in {"PermissionError", "BlockingIOError"}
    if namespaces:  # a datagram to oneself goes off on any network that is up
        assert status["network"] in {"OSError", "PermissionError"}


def test_a_child_cannot_end_the_bot_on_a_kernel_that_knows_only_the_gates() -> None:
    script = f"""
        import ctypes, os, signal, sys
        sys.path.insert(0, {str(ROOT)!r})
        from bot.media_child import gates
        libc = ctypes.CDLL(None)
        libc.prctl(38, 1, 0, 0, 0)
        if not gates.close(libc):
            sys.exit("no gates here")
        try:
            os.kill(os.getppid(), 0)
        except PermissionError:
            print("refused")
    """
    assert _printed(script) == "refused\n"


@pytest.mark.parametrize("kind", [*hostile.whole()])
def test_every_decoder_works_without_a_second_thread(kind: str) -> None:
    """Root may start threads against the limit, so the child is nobody here, where it can be."""
    words = {"PDF": (9, 900, 2**20), "VIDEO": (9, 640, 480, 25, 2**20)}
    words["WEBM"] = words["VIDEO"]
    own = [str(word) for word in words.get(kind, (2**20, 900, 2**20))]
    script = f"""
        import os, sys, threading
        sys.path.insert(0, {str(ROOT)!r})
        from bot.media_child import __main__ as child, fence, film, pages, picture
        import PIL.AvifImagePlugin, pi_heif
        close = fence.close
        def closed(family):
            if os.getuid() == 0:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
            answer = close(family)
            try:
                threading.Thread(target=int).start()
            except RuntimeError:
                return answer
            if family != "heic":
                os.write(2, b"a thread started")
            return answer
        fence.close = closed
        child.main([{kind.replace("WEBM", "VIDEO")!r}, *{own!r}])
    """
    data = hostile.whole()[kind]
    done = subprocess.run(_child(script), input=data, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout) > 200


@pytest.mark.parametrize("kind", Kind)
async def test_the_decoder_of_every_kind_loads(kind: Kind) -> None:
    assert await Cleaner().can_clean(kind)
    assert not await Cleaner(child=_child("import nothing_of_this_name")).can_clean(kind)


async def test_a_video_keeps_no_picture_waiting(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    script = """
        import os, sys, time
        os.write(os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT), sys.argv[2].encode())
        time.sleep(0.5 if sys.argv[2] == "VIDEO" else 0)
    """
    cleaner = Cleaner(child=_child(script, str(diary)))
    films = [cleaner.clean(coded.film()) for _ in range(3)]
    pictures = [cleaner.clean(_PICTURE) for _ in range(3)]
    await asyncio.gather(*films, *pictures)
    order = diary.read_text().replace("VIDEO", "v").replace("PNG", "p")
    assert order.rindex("p") < order.index("v", order.index("v") + 1)


async def test_of_many_videos_at_once_few_wait_and_the_next_comes_in_again() -> None:
    cleaner = Cleaner(child=_child("import time; time.sleep(0.2)"))
    found = await asyncio.gather(*(cleaner.clean(coded.film()) for _ in range(6)))
    assert found.count(Refusal.BUSY) == 3
    assert await cleaner.clean(coded.film()) is not Refusal.BUSY


async def test_a_child_that_cannot_start_is_reported_as_absent() -> None:
    assert await Cleaner(child=_child("import nothing_of_this_name")).sandbox() is Sandbox.ABSENT


def test_a_child_dies_with_its_parent() -> None:
    """Even while somebody else holds its input open: the test does."""
    script = f"""
        import subprocess, time
        command = {[sys.executable, "-I", "-B", str(CHILD), "PNG", "9", "9", "9"]!r}
        print(subprocess.Popen(command).pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        _child(script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        _wait_until(lambda: "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text())
        time.sleep(0.1)  # the death signal is asked for right after that flag
        assert not _is_gone(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        _wait_until(lambda: _is_gone(pid))


def test_the_parent_opens_no_file_for_writing() -> None:
    """No temporary file, not even for a moment; the child may write none at all."""
    script = f"""
        import asyncio, os, sys
        sys.path.insert(0, {str(ROOT)!r})
        from bot.media import Cleaner
        def heard(name, details):
            if name == "open" and isinstance(details[0], str) and details[2] & 3:
                if details[0] != os.devnull:
                    print("written", details[0])
            if name.startswith("tempfile."):
                print(name)
        async def main():
            cleaner = Cleaner()
            await cleaner.sandbox()
            sys.addaudithook(heard)
            print(type(await cleaner.clean(bytes.fromhex({_PICTURE.hex()!r}))).__name__)
            open("/dev/full", "wb").close()
        asyncio.run(main())
    """
    assert _printed(script).splitlines() == ["CleanFile", "written /dev/full"]  # and the control


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
