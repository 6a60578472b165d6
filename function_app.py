"""The triggers of the Functions app: parse, call, respond. Importing this module touches neither network nor environment."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import List  # noqa: UP035  (the worker takes no other for an output)

import azure.functions as func

from shared.bootstrap import clock, ledgers, settings, watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant, Settings
from shared.core.model.check_record import Outcome
from shared.core.model.watchlist import OWN
from shared.core.results import CheckResult
from shared.ports.errors import PortError
from shared.usecases.tenants import survey
from shared.web.api import api
from shared.web.feeds import feeds
from shared.web.page import pages
from shared.web.response import log, report

for chatty in ("azure", "httpx", "msal", "urllib3"):
    logging.getLogger(chatty).setLevel(
        logging.WARNING
    )  # a line for each request would cost more than all else in the logs
app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(api)
app.register_functions(feeds)
app.register_functions(pages)

QUEUE, STORAGE = "tenants", "AzureWebJobsStorage"
"""Where the tick says which tenants have something to do, if there are several: a hint, for what is owed is in the ledger."""


class CheckFailed(Exception):
    """The check did not end well. Raised so that the invocation is red; what was done stays done, and is recorded."""


@contextmanager
def never_silent() -> Iterator[None]:
    """Log what keeps a check from beginning, or breaks it, as a failed check, too: the alert in Azure reads that line and no trace."""
    try:
        yield
    except CheckFailed:
        raise  # it is logged
    except Exception as error:
        report(_failed(error), OWN)
        raise


def _failed(error: Exception) -> CheckResult:
    """Give what kept a check from its end as a failed check; what we did not foresee is named, and not quoted."""
    said = (
        str(error)
        if isinstance(error, Misconfigured | PortError)
        else f"An error of the program ({type(error).__name__})."
    )
    return CheckResult(clock(), Outcome.FAILED, said)


@app.function_name("tick")
@app.timer_trigger(arg_name="timer", schedule="%LAPSEWATCH_SCHEDULE%", use_monitor=True)
@app.queue_output(arg_name="owed", queue_name=QUEUE, connection=STORAGE)
@never_silent()
def tick(timer: func.TimerRequest, owed: func.Out[List[str]]) -> None:  # noqa: ARG001, UP006  (late or twice: what is owed follows from the ledger; and see above)
    """Run a check if one is owed; where there are several tenants, let each have its own."""
    configured = settings()
    if len(configured.watchlists) > 1:
        owed.set(_owed(configured))
        return
    with watching(configured) as watch:
        result = watch.tick(log.info)
    report(result, configured.watchlist.key)
    if result.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        raise CheckFailed(f"The check ended as {result.outcome}. {result.error}")


def _owed(configured: Settings) -> list[str]:
    """Say which tenants have something to do. What ails the others is logged and not raised: a red invocation would send nothing."""
    with ledgers(configured) as known:
        found = survey(configured.watchlists, known, clock())
    for tenant, alarm in found.alarms.items():
        report(alarm, tenant)
    log.info("%d of %d tenants have something to do", len(found.owed), len(configured.watchlists))
    return list(found.owed)


@app.function_name("tenant")
@app.queue_trigger(arg_name="message", queue_name=QUEUE, connection=STORAGE)
def tenant(message: func.QueueMessage) -> None:
    """Do for one tenant what the tick does for the only one.

    Never raises: the host would try again at once, five times within seconds. What failed is owed, and comes with a tick.
    """
    named = message.get_body().decode("utf-8", "replace")[:80]
    try:
        configured = settings().of(named)
        with watching(configured) as watch:
            result = watch.tick(log.info)
    except NoSuchTenant as error:
        log.warning("A message of the queue is dropped. %s", error)
        return
    except Exception as error:  # noqa: BLE001  (the host would try again, and the next tick does it better)
        if not isinstance(error, Misconfigured | PortError):
            log.exception("A check of the tenant broke off.")
        result = _failed(error)
    report(result, named)
