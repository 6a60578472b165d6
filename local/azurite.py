"""Azurite, Microsoft's storage emulator from `node_modules`, on free ports of 127.0.0.1."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Literal, Self

type Service = Literal["table", "blob", "queue"]

SCRIPTS = Path(__file__).parents[1] / "node_modules" / "azurite" / "dist" / "src"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The one account of Azurite and its key: Microsoft publishes both, and they open nothing else."""

TABLES: tuple[Service, ...] = ("table",)

_UP_WITHIN = 30.0
_DOWN_WITHIN = 2.0


class AzuriteError(Exception):
    """Azurite cannot be started. The text says why, and what to do."""


class Azurite:
    """Azurite inside a `with` statement. Its data is in `folder`, or temporary."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        services: Collection[Service] = TABLES,
        certificate: tuple[Path, Path] | None = None,
        scripts: Path = SCRIPTS,
    ) -> None:
        """Serve tables only, or everything if `services` lists more.

        With a `certificate` (PEM files: the certificate, its key) it uses https and accepts
        tokens, so that an identity can sign in. `scripts` is the folder of the installed Azurite.
        """
        self._own_folder = (
            None
            if folder
            else tempfile.TemporaryDirectory(prefix="azurite-", ignore_cleanup_errors=True)
        )
        self.folder = folder or Path(self._own_folder.name if self._own_folder else "")
        self._services: tuple[Service, ...] = (
            TABLES if set(services) <= set(TABLES) else ("table", "blob", "queue")
        )
        self._certificate = certificate
        self._scripts = scripts
        self._ports: dict[Service, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it; delete its folder if that fails."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, and delete its own folder."""
        self.stop()

    @property
    def pid(self) -> int:
        """The process id while it runs, else 0."""
        return self._process.pid if self._process else 0

    def endpoint(self, service: Service = "table") -> str:
        """Return the URL of one of its services."""
        scheme = "https" if self._certificate else "http"
        return f"{scheme}://127.0.0.1:{self._ports[service]}/{ACCOUNT}"

    @property
    def tables(self) -> str:
        """The connection string of every service."""
        endpoints = "".join(
            f"{service.capitalize()}Endpoint={self.endpoint(service)};"
            for service in self._services
        )
        return f"AccountName={ACCOUNT};AccountKey={KEY};{endpoints}"

    def start(self) -> None:
        """Start it, on its previous ports and data if any; return when it answers.

        Raises:
            AzuriteError: it is not installed, or does not start.
        """
        tries = (
            1 if self._ports else 3
        )  # another program may take the free port before Azurite does
        for left in reversed(range(tries)):
            try:
                self._start_once()
            except AzuriteError:
                if not left:
                    raise
            else:
                break

    def kill(self) -> None:
        """Stop the process, but keep its data and ports for another `start`, as in an outage."""
        if self._process is None:
            return
        # Azurite saves the last five seconds after SIGINT only (measured with 3.35.0)
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_DOWN_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Stop the process, and delete the folder if it is its own."""
        self.kill()
        if self._own_folder:
            self._own_folder.cleanup()

    def _start_once(self) -> None:
        ports = self._ports or _free_ports(self._services)
        log = self.folder / "azurite.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  (our own command)
                self._command(ports), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._process = process
        end = time.monotonic() + _UP_WITHIN
        while not all(_answers(port) for port in ports.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
                self._process = None
                raise AzuriteError(f"Azurite ended as soon as it was started: {_tail(log)}")
            if time.monotonic() > end:
                self.kill()
                raise AzuriteError(
                    f"Azurite did not answer within {_UP_WITHIN:.0f} seconds: {_tail(log)}"
                )
        self._ports = ports

    def _command(self, ports: dict[Service, int]) -> list[str]:
        node = shutil.which("node")
        if node is None:
            raise AzuriteError(
                "Azurite needs Node.js, and there is no `node` here. "
                "Install Node.js 20 or newer, then run: make setup"
            )
        script = self._scripts / ("table/main.js" if self._services == TABLES else "azurite.js")
        if not script.exists():
            raise AzuriteError(f"Azurite is not installed: there is no {script}. Run: make setup")
        # the SDK requests newer versions of the API than Azurite knows; telemetry would go outside
        command = [
            node,
            str(script),
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--location",
            str(self.folder),
        ]
        for service, port in ports.items():
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
        if self._certificate:
            command += [
                "--oauth",
                "basic",
                "--cert",
                str(self._certificate[0]),
                "--key",
                str(self._certificate[1]),
            ]
        return command


def _free_ports(services: Collection[Service]) -> dict[Service, int]:
    with contextlib.ExitStack() as stack:
        sockets = {service: stack.enter_context(socket.socket()) for service in services}
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
        return {service: each.getsockname()[1] for service, each in sockets.items()}


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip()[-500:] or "it said nothing."
