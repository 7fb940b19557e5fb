"""The engine: the `pulumi` on PATH when it is new enough, else one built once from its module.

The Go module in `toolchain/` pins the engine. What it pins decides which `pulumi` on PATH is new
enough, and where a built one lies: `.local/engine/<version>-<hash of go.mod and go.sum>/pulumi`.
An executable gets that name only by renaming a finished one, so whatever is found there is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from local.executables import Unusable, find_executable
from local.go import Go, find_go, needed_go
from local.layout import Layout
from local.locking import alone

_MODULE = "github.com/pulumi/pulumi/pkg/v3"
_PINNED = re.compile(rf"^(?:require )?\s*{re.escape(_MODULE)} v(\d+\.\d+\.\d+)\b", re.MULTILINE)
_ANSWERED = re.compile(r"^v?(\d+\.\d+\.\d+)")
_STOP_SECONDS = 10.0
_PLAIN_LINE_SECONDS = 20.0


class EngineNotFound(RuntimeError):
    """There is no engine, and none could be built; the text says how to get one."""


@dataclass(frozen=True)
class _Pin:
    """The engine that go.mod asks for."""

    version: str
    built: Path
    folder: Path
    log: Path
    toolchain: Path

    @classmethod
    def read(cls, layout: Layout) -> _Pin:
        module = (layout.toolchain / "go.mod").read_bytes()
        sums = (layout.toolchain / "go.sum").read_bytes()
        pinned = _PINNED.search(module.decode())
        assert pinned is not None, f"{layout.toolchain / 'go.mod'} does not require {_MODULE}"
        key = hashlib.sha256(module + b"\0" + sums).hexdigest()[:12]
        return cls(
            version=pinned[1],
            built=layout.engine_dir / f"{pinned[1]}-{key}" / "pulumi",
            folder=layout.engine_dir,
            log=layout.generated / "logs" / "engine-build.log",
            toolchain=layout.toolchain,
        )

    def is_built(self) -> bool:
        return self.built.is_file() and os.access(self.built, os.X_OK)


def find_engine(layout: Layout) -> Path | None:
    """Return the engine's executable, or None when it has to be built or installed first.

    A `pulumi` on PATH that is at least as new as the pinned one comes first; one that is older,
    broken or silent is passed over. A built one is found without starting anything.
    """
    pin = _Pin.read(layout)
    try:
        return _find_on_path(pin)
    except Unusable:
        return pin.built if pin.is_built() else None


def ensure_engine(layout: Layout, console: Console | None = None) -> Path:
    """Return the engine's executable; build it first when there is none, telling the console.

    Raises EngineNotFound when there is no usable `pulumi`, and no Go to build one or no success in
    building it.
    """
    console = console or Console(stderr=True, highlight=False)
    pin = _Pin.read(layout)
    try:
        return _find_on_path(pin)
    except Unusable as unusable:
        reason = str(unusable)
    if pin.is_built():
        return pin.built
    try:
        go = find_go(pin.toolchain)
    except Unusable as unusable:
        raise EngineNotFound(
            f"The Pulumi engine is missing: {reason}, and {unusable}. Install either the Pulumi "
            f"CLI {pin.version} or newer (https://www.pulumi.com/docs/install/), or Go "
            f"{needed_go(pin.toolchain)} or newer (https://go.dev/dl/) to have it built once."
        ) from None
    try:
        waiting = "Another command is building the Pulumi engine; waiting for it."
        with alone(pin.folder / "build.lock", console, waiting):
            if not pin.is_built():
                _say(console, f"Building the Pulumi engine once, for {reason}.")
                _build(pin, go, console)
    except OSError as error:
        raise EngineNotFound(f"The Pulumi engine could not be built: {error}.") from error
    return pin.built


def _find_on_path(pin: _Pin) -> Path:
    if shutil.which("pulumi") == str(pin.built):
        return pin.built  # as after `eval "$(python -m local env)"`: known, so not asked
    executable, _ = find_executable(
        "pulumi",
        answer=_ANSWERED,
        at_least=pin.version,
        variables={"PULUMI_SKIP_UPDATE_CHECK": "true"},
    )
    return executable


def _build(pin: _Pin, go: Go, console: Console) -> None:
    with tempfile.TemporaryDirectory(prefix="draft-", dir=pin.folder) as folder:
        draft = Path(folder) / "pulumi"
        begun = time.monotonic()
        _run_build(pin, go, draft, console)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        pin.built.parent.mkdir(exist_ok=True)
        draft.replace(pin.built)
    for other in pin.folder.iterdir():  # older engines, and drafts of builds that were killed
        if other.is_dir() and other != pin.built.parent:
            shutil.rmtree(other, ignore_errors=True)
    _say(console, f"The Pulumi engine is built ({_clock(time.monotonic() - begun)}).")


def _run_build(pin: _Pin, go: Go, draft: Path, console: Console) -> None:
    pin.log.parent.mkdir(parents=True, exist_ok=True)
    linker = "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v" + pin.version
    with pin.log.open("wb") as log:
        process = go.start(
            "build", "-v", "-ldflags", linker, "-o", str(draft), f"{_MODULE}/cmd/pulumi", output=log
        )
        try:
            _watch(process, pin.log, console)
        finally:
            _stop(process)
    if process.returncode != 0 or not draft.is_file():
        raise EngineNotFound(
            f"Building the Pulumi engine failed (exit code {process.returncode}):\n"
            f"{_last_words(pin.log)}\n"
            f"All of it is in {pin.log}. If modules could not be fetched, point GOPROXY at a "
            f"module proxy you can reach; or install the Pulumi CLI {pin.version} or newer. "
            "Then run the same command again."
        )


def _watch(process: subprocess.Popen[bytes], log: Path, console: Console) -> None:
    """Show how far the build is until it ends: live on a terminal, else a line now and then."""
    begun = told = time.monotonic()
    with console.status("") as live:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
                return
            now = time.monotonic()
            text = f"{_progress(log)}, {_clock(now - begun)}"
            live.update(f"{text} (about four minutes the first time)")
            if not console.is_terminal and now - told >= _PLAIN_LINE_SECONDS:
                _say(console, text)
                told = now


def _progress(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    fetched = sum(line.startswith("go: downloading ") for line in lines)
    compiled = len(lines) - fetched
    if compiled:
        return f"{compiled} packages compiled"
    return f"{fetched} modules fetched" if fetched else "looking at the modules"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a build that is cut short; Go removes its working folder when it is interrupted."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    telling = [line for line in lines if not line.startswith("go: downloading ")]
    return "\n".join(f"  {line}" for line in telling[-15:])


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
