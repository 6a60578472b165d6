"""A plugin of pytest: no secret is in anything that the suite writes, or the run fails, whatever the tests say.

What is searched: what each test wrote to its output and its log (from INFO up), the logs of local hosts, and the rows of
the shared Azurite (by its fixture). What is a secret can be seen: the stand-ins make theirs up with `canary-` in front,
tokens are JWTs, a webhook has its signature, and a connection string its key; Azurite's own is published.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import KEY

SECRETS = {
    "a made-up secret": re.compile(r"canary-[\w-]{4,}"),
    "a token": re.compile(r"eyJ[\w-]{10,}\.(?:eyJ)?[\w-]{10,}"),
    "a webhook's signature": re.compile(r"[?&]sig=(?!REDACTED)[^&\s\"'…]{4,}"),
    "the key of an account": re.compile(rf"AccountKey=(?!{re.escape(KEY)})[^;\s\"'.…<]{{4,}}"),
}
SHOWN = 4
"""Letters of a secret that are shown, where it was found."""


def spoken(text: str) -> Iterator[str]:
    """Say which secrets are in a text, and where, without saying them."""
    for what, pattern in SECRETS.items():
        for found in pattern.finditer(text):
            before = text[max(0, found.start() - 80) : found.start() + SHOWN]
            yield f"{what} after {before!r}"


class Unspoken:
    """Listens to every test; with xdist in the process that hears of all of them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Search what a test wrote."""
        for name, text in report.sections:
            self.found += [f"{report.nodeid}, {name}: {secret}" for secret in spoken(text)]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Search the logs of hosts, and let the run fail if anything was found."""
        for log in _folder(session.config).rglob("errors.txt"):
            self.found += [
                f"{log}: {secret}" for secret in spoken(log.read_text("utf-8", "replace"))
            ]
        if self.found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        if self.found:
            terminalreporter.section("secrets that were spoken", red=True)
        for line in dict.fromkeys(self.found):
            terminalreporter.line(line)


def _folder(config: pytest.Config) -> Path:
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001  (there is no other way to it)
    return factory.getbasetemp()


def pytest_configure(config: pytest.Config) -> None:
    """Listen, in the process that hears of all tests."""
    if config.option.log_level is None:
        config.option.log_level = "INFO"
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Unspoken(), "unspoken")
