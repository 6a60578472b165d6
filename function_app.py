"""The triggers of the Functions app: the timer, the queue, and the routes of `shared/web`.

Importing this module reads neither the network nor the environment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import List  # noqa: UP035  (the worker accepts no other type for an output)

import azure.functions as func

from shared.adapters.library_logs import silence_libraries
from shared.bootstrap import beat_failed, clock, ledgers, settings, watching
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant, Settings
from shared.core.model.check_record import Outcome
from shared.core.model.watchlist import OWN
from shared.core.results import CheckResult
from shared.ports.errors import PortError
from shared.usecases.answer_time import AnswerTime, function_time
from shared.usecases.tenants import survey
from shared.web.api import api
from shared.web.feeds import feeds
from shared.web.log import log, report
from shared.web.page import pages

silence_libraries()
app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(api)
app.register_functions(feeds)
app.register_functions(pages)

QUEUE, STORAGE = "tenants", "AzureWebJobsStorage"
"""The queue for the tenants whose check is due. A message is only a hint: the ledger decides."""
MAX_KEY_CHARS = 80
"""Of a message; the key of a tenant has 36 characters at most."""


class CheckFailed(Exception):
    """The check did not succeed. Raised to fail the invocation; the check is recorded already."""


@contextmanager
def never_silent() -> Iterator[None]:
    """Log an error that prevents or stops a check as a failed check too, and tell the heartbeat.

    The alert in Azure reads this line, and no traceback.
    """
    try:
        yield
    except CheckFailed:
        raise  # the check is logged already
    except Exception as error:
        report(_failed(error), OWN)
        beat_failed()
        raise


def _failed(error: Exception) -> CheckResult:
    """Return an error as a failed check; of an unexpected error only the class is named."""
    expected = isinstance(error, Misconfigured | PortError)
    text = str(error) if expected else f"Internal error ({type(error).__name__})."
    return CheckResult(clock(), Outcome.FAILED, text)


@app.function_name("tick")
@app.timer_trigger(arg_name="timer", schedule="%LAPSEWATCH_SCHEDULE%", use_monitor=True)
@app.queue_output(arg_name="due", queue_name=QUEUE, connection=STORAGE)
@never_silent()
def tick(timer: func.TimerRequest, due: func.Out[List[str]]) -> None:  # noqa: ARG001, UP006  (the ledger knows what is due, even if the timer is late; and see above)
    """Run a check if one is due; if there are several tenants, queue those that are due."""
    time = function_time(clock())
    configured = settings()
    if len(configured.watchlists) > 1:
        due.set(_due_tenants(configured, time))
        return
    with watching(configured, time=time) as watch:
        result = watch.tick(log.info)
    report(result, configured.watchlist.key)
    if result.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        raise CheckFailed(f"The check ended as {result.outcome}. {result.error}")


def _due_tenants(configured: Settings, time: AnswerTime) -> list[str]:
    """Return the tenants whose check is due, and log the alarms of the others.

    Alarms are not raised: a failed invocation sends no queue messages.
    """
    with ledgers(configured, time=time) as known:
        found = survey(configured.watchlists, known, clock())
    for tenant, alarm in found.alarms.items():
        report(alarm, tenant)
    if found.alarms.keys() - set(found.due):  # no check of theirs will tell the heartbeat
        beat_failed()
    log.info("%d of %d tenants are due", len(found.due), len(configured.watchlists))
    return list(found.due)


@app.function_name("tenant")
@app.queue_trigger(arg_name="message", queue_name=QUEUE, connection=STORAGE)
def tenant(message: func.QueueMessage) -> None:
    """Run the check of one tenant, as `tick` does if there is only one.

    Never raises: the host would retry five times within seconds, then set the message aside. A
    failed check stays due, and a later tick asks for it again. So nothing is lost either with a
    message that names no tenant: one of another version, or of a tenant that is watched no more.
    """
    time = function_time(clock())
    named = message.get_body().decode("utf-8", "replace").strip().casefold()[:MAX_KEY_CHARS]
    try:
        if not named:
            log.warning("A queue message is dropped: it is empty.")
            return
        configured = settings().of(named)
        with watching(configured, time=time) as watch:
            sent = message.insertion_time
            asked = sent if sent is not None and sent.tzinfo is not None else None
            result = watch.tick(log.info, asked=asked)
    except NoSuchTenant:
        log.warning("A queue message is dropped. The tenant %r is not watched.", named)
        return
    except Exception as error:  # noqa: BLE001  (see above: the next tick retries)
        if not isinstance(error, Misconfigured | PortError):
            log.exception("The check of the tenant stopped.")
        result = _failed(error)
        beat_failed()
    report(result, named)
