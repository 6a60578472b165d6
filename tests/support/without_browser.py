"""A plugin of pytest: without a browser, the tests that need one are left out and counted.

A last line tells how many. With `LAPSEWATCH_ALL_TESTS`, as in CI, the run then fails. With
`LAPSEWATCH_NOT_RUN` set to a path, the line is written there instead.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from local.browser import BrowserMissing, find_browser

ALL = "LAPSEWATCH_ALL_TESTS"
NOT_RUN = "LAPSEWATCH_NOT_RUN"


class WithoutBrowser:
    """Deselect browser tests. With xdist each worker does, and reports their number."""

    def __init__(self, config: pytest.Config) -> None:
        self.count = 0
        self.reason = ""
        self._output: dict[str, Any] | None = getattr(config, "workeroutput", None)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Deselect the tests that need a browser, if there is none."""
        try:
            find_browser(windows=False)
        except BrowserMissing as error:
            without = [item for item in items if item.get_closest_marker("browser")]
            items[:] = [item for item in items if not item.get_closest_marker("browser")]
            config.hook.pytest_deselected(items=without)
            self._found(len(without), str(error))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  (a type of xdist's own)
        """Take the number from a worker: all of them collect the same tests."""
        self._found(*getattr(node, "workeroutput", {}).get("without_browser", (0, "")))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run if all tests have to run."""
        if self.count and self._output is None and os.environ.get(ALL):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_unconfigure(self) -> None:
        """Print the line after everything else."""
        if self._output is not None:
            return
        line = f"{self.count} browser tests did not run: {self.reason}" if self.count else ""
        if path := os.environ.get(NOT_RUN):
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).write_text(f"{line}\n" if line else "", encoding="utf-8")
        elif line:
            print(line, flush=True)  # noqa: T201  (the terminal's reporter has ended)

    def _found(self, count: int, reason: str) -> None:
        if count:
            self.count, self.reason = count, reason
            if self._output is not None:
                self._output["without_browser"] = (count, reason)


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin in every process of the run."""
    config.pluginmanager.register(WithoutBrowser(config), "without_browser")
