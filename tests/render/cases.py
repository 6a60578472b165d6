"""One message for every standing and reason, by name; each has a digest in tests/golden/cards."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from shared.config.runbook import parse
from shared.core.model.decision import Acknowledgement, InUse
from shared.core.model.directory import NO_PRINCIPAL, Kind
from shared.core.model.message import InventoryNews, Message
from shared.core.model.owners import AppOwners, Owner
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing
from shared.core.model.watchlist import Claim, Runbook
from tests.render.hand_over_cases import HAND_OVERS
from tests.support.notices import (
    APP,
    BOTH,
    COPY,
    INSTALLER,
    LIBCAL,
    LIBSTAFFER,
    NEW,
    NOW,
    PAGE_URL,
    PAT,
    RENEWER,
    app_view,
    at,
    channel,
    credential,
    inventory_view,
    leftover,
    message,
    notice,
    reading,
    removed,
    service_view,
    tenant_watcher,
    unclaimed,
    unmatched,
    weekly,
)


def shipped_runbook(service_id: str) -> Runbook:
    """Return a runbook of the watchlist that ships."""
    path = f"runbooks/{service_id}.md"
    return parse((Path(__file__).parents[2] / path).read_text("utf-8"), path)


SOON = credential(ends=6)
ENDED = credential(ends=-3)
WAITING = service_view(Standing.AWAITING_INSTALL, SOON, replacement=NEW)
WAITING_ENDED = service_view(Standing.AWAITING_INSTALL, ENDED, replacement=NEW, over=Loss.EXPIRED)
WAITING_GONE = service_view(Standing.AWAITING_INSTALL, replacement=NEW, over=Loss.DELETED)
OLDER = credential("LibCal 2024", 90)
STOPGAP_GONE = service_view(
    Standing.AWAITING_INSTALL, NEW, replacement=OLDER, over=Loss.DELETED, confirmed=True
)
STOPGAP_ENDED = service_view(
    Standing.AWAITING_INSTALL,
    credential("LibCal 2026", -3, hint="Zr2", starts=-90),
    replacement=OLDER,
    over=Loss.EXPIRED,
    confirmed=True,
)
STOPGAP_ASSUMED = service_view(
    Standing.AWAITING_INSTALL, NEW, replacement=OLDER, over=Loss.DELETED, assumed=True
)
ASSUMED = service_view(Standing.AWAITING_INSTALL, replacement=NEW, assumed=True)
HEALTHY = service_view(Standing.HEALTHY, NEW, confirmed=True)
STAFFER = service_view(
    Standing.HEALTHY, credential("LibStaffer 2025", 300, hint="K9_"), service=LIBSTAFFER
)
EVIDENCE = InUse("libcal", NEW.key_id, assumed=False, at=at(-15), evidence=True)
DELETABLE = leftover(40, deletable=True)
STRAY = credential("secret for sync", 500, hint="p0W")
CERTIFICATE = credential("CN=libcal", 12, kind=Kind.CERTIFICATE)
SEEN_AGAIN = replace(
    WAITING, in_use_record=InUse("libcal", SOON.key_id, assumed=False, at=NOW, evidence=True)
)
TWO_IN_A_MONTH = tuple(
    service_view(
        in_use=credential(f"{service.name} 2024", ends),
        service=replace(service, runbook=shipped_runbook(service.id)),
    )
    for service, ends in ((LIBCAL, 72), (LIBSTAFFER, 90))
)
BY_PIPELINE = replace(LIBCAL, installer=(), installed_by="pipeline", rotates_every=30)
LATE = replace(
    service_view(in_use=credential(starts=-38)),
    service=BY_PIPELINE,
    in_use_record=None,
    late_since=at(-38),
)
NO_MORE = replace(LATE, standing=Standing.MISSING, severity=Severity.CRITICAL, late_since=None)
LATER = credential("LibCal 2026", 740, hint="Zr2", starts=9)
UNREAD = (
    "LibApps Outlook sync: Graph answered 403 (Authorization_RequestDenied); "
    "grant Application.Read.All to the identity."
)
KNOWN = Acknowledgement("libcal", date(2026, 12, 1), "ticket 4711 is with ITS", NOW, PAT, "")
TAKEN_BACK = replace(KNOWN, until=date(2026, 11, 21))
NEXT = date(2026, 11, 29)

SIGNAGE = inventory_view("Digital signage", 5)
KIOSK = inventory_view("Branch <b>kiosk</b> [x](https://phish.example/)", 22, owned=AppOwners())
PIPELINE = inventory_view(
    "Build pipeline", 6, owned=AppOwners((Owner("r1", "pipeline", "", person=False),))
)
LAPSED = inventory_view("", -2, owned=AppOwners((Owner("a2", "Ann Example", ""),)))
READ = InventoryNews(100_000, 250_000)

MESSAGES: dict[str, Message] = {
    "tenant_first": replace(
        message(
            notice(SIGNAGE, Reason.FIRST, COPY),
            notice(KIOSK, Reason.FIRST, COPY),
            notice(LAPSED, Reason.EXPIRED, COPY),
        ),
        inventory=replace(READ, first=True, owners_next=3),
    ),
    "tenant_later": replace(
        message(notice(PIPELINE, Reason.RUNG, COPY), notice(LAPSED, Reason.EXPIRED, COPY)),
        inventory=READ,
    ),
    "tenant_to_owner": replace(
        message(
            notice(SIGNAGE, Reason.RUNG, RENEWER),
            notice(replace(LAPSED, owned=None), Reason.EXPIRED, RENEWER),
            channel="owner:a1",
        ),
        inventory=replace(READ, owner="Ann Example"),
    ),
    "tenant_unread_with_page": replace(
        message(
            notice(
                tenant_watcher("reading", "The tenant could not be read: Graph answered 503."),
                Reason.CHECK_FAILING,
                COPY,
            )
        ),
        inventory=READ,
    ),
    "tenant_later_and_fewer": replace(
        message(
            notice(PIPELINE, Reason.RUNG, COPY),
            notice(
                tenant_watcher("fewer", "150,000 credentials were read, 250,000 the time before"),
                Reason.FEWER_RATIO,
                COPY,
            ),
        ),
        inventory=READ,
    ),
    "tenant_fewer": replace(
        message(
            notice(
                tenant_watcher("fewer", "150,000 credentials were read, 250,000 the time before"),
                Reason.FEWER_RATIO,
                COPY,
            )
        ),
        inventory=READ,
    ),
    "expiring_to_renewer": message(notice(service_view(), Reason.RUNG, RENEWER), next_message=NEXT),
    "expiring_to_installer": message(
        notice(service_view(), Reason.RUNG, INSTALLER), next_message=NEXT
    ),
    "expiring_in_copy": message(notice(service_view(), Reason.RUNG, COPY)),
    "expiring_tomorrow": message(notice(service_view(in_use=credential(ends=1)))),
    "expiring_today": message(
        notice(service_view(in_use=credential(ends=0)._replace(ends=at(0).replace(hour=23))))
    ),
    "a_test": replace(message(), test=True),
    "expiring_first": message(notice(service_view(in_use=credential(ends=88)), Reason.FIRST)),
    "expiring_acknowledged": message(notice(service_view(acknowledged=KNOWN))),
    "snoozed": message(
        notice(service_view(acknowledged=KNOWN), Reason.SNOOZED, INSTALLER), next_message=NEXT
    ),
    "snooze_taken_back": message(
        notice(service_view(resumed=TAKEN_BACK), Reason.RESUMED, RENEWER), next_message=NEXT
    ),
    "expiring_replacement_starts_later": message(
        notice(service_view(replacement=LATER, upcoming=True))
    ),
    "expiring_replacement_deleted": message(notice(service_view(), Reason.DELETED)),
    "expiring_certificate": message(
        notice(
            service_view(
                in_use=CERTIFICATE,
                service=replace(LIBCAL, claim=Claim("key_id", CERTIFICATE.key_id), runbook=None),
            )
        )
    ),
    "replaced": message(notice(WAITING, Reason.REPLACED, INSTALLER)),
    "replaced_with_page": message(notice(WAITING, Reason.REPLACED, INSTALLER)),
    "replaced_to_renewer": message(notice(WAITING, Reason.REPLACED, RENEWER)),
    "replaced_shorter": message(
        notice(
            service_view(
                Standing.AWAITING_INSTALL,
                replacement=credential("LibCal test", 9, hint="Zr2", starts=-1),
            ),
            Reason.SHORTER,
        )
    ),
    "assumed": message(notice(ASSUMED, Reason.ASSUMED)),
    "assumed_rung": message(notice(ASSUMED, Reason.RUNG)),
    "old_one_deleted": message(notice(WAITING_GONE, Reason.DELETED)),
    "old_one_ended": message(notice(WAITING_ENDED, Reason.EXPIRED)),
    "older_one_after_a_deletion": message(notice(STOPGAP_GONE, Reason.REPLACED)),
    "older_one_after_an_expiry": message(notice(STOPGAP_ENDED, Reason.REPLACED, INSTALLER)),
    "older_one_with_page": message(notice(STOPGAP_ASSUMED, Reason.STILL_WAITING)),
    "still_waiting": message(notice(WAITING_ENDED, Reason.STILL_WAITING)),
    "still_waiting_with_page": message(notice(WAITING_GONE, Reason.STILL_WAITING)),
    "still_old": message(notice(SEEN_AGAIN, Reason.STILL_OLD)),
    "still_old_with_page": message(notice(SEEN_AGAIN, Reason.STILL_OLD, INSTALLER)),
    "missing": message(notice(service_view(Standing.MISSING, over=Loss.DELETED), Reason.MISSING)),
    "missing_with_candidate": message(
        notice(
            service_view(Standing.MISSING, over=Loss.DELETED, candidates=(STRAY,)), Reason.MISSING
        )
    ),
    "missing_replacement_starts_later": message(
        notice(
            service_view(Standing.MISSING, over=Loss.DELETED, replacement=LATER, upcoming=True),
            Reason.MISSING,
        )
    ),
    "expired": message(
        notice(service_view(Standing.EXPIRED, ENDED, over=Loss.EXPIRED), Reason.EXPIRED)
    ),
    "unmatched": message(notice(unmatched(STRAY, CERTIFICATE), Reason.UNMATCHED)),
    "unmatched_empty": message(notice(unmatched(), Reason.UNMATCHED)),
    "rotation_late": message(notice(LATE, Reason.ROTATION_LATE, RENEWER)),
    "rotation_late_in_copy": message(notice(LATE, Reason.RUNG, COPY)),
    "pipeline_expiring": message(notice(replace(LATE, late_since=None), Reason.FIRST, RENEWER)),
    "pipeline_expired": message(notice(replace(NO_MORE, in_use=ENDED, loss=Loss.EXPIRED))),
    "pipeline_deleted": message(notice(replace(NO_MORE, loss=Loss.DELETED))),
    "pipeline_recovered": message(
        notice(replace(HEALTHY, service=BY_PIPELINE, in_use_record=None), Reason.RECOVERED, RENEWER)
    ),
    "pipeline_unmatched": message(
        notice(replace(unmatched(STRAY), service=BY_PIPELINE), Reason.UNMATCHED, RENEWER)
    ),
    "confirmed": message(notice(replace(HEALTHY, leftovers=(credential(),)), Reason.CONFIRMED)),
    "confirmed_by_evidence": message(
        notice(
            replace(
                HEALTHY,
                in_use_record=InUse("libcal", NEW.key_id, assumed=False, at=NOW, evidence=True),
            ),
            Reason.CONFIRMED,
        )
    ),
    "confirmed_on_an_older_one": message(
        notice(
            replace(
                WAITING, in_use_record=InUse("libcal", SOON.key_id, assumed=False, at=NOW, by=PAT)
            ),
            Reason.CONFIRMED,
        )
    ),
    "confirmed_on_an_ending_one": message(notice(service_view(confirmed=True), Reason.CONFIRMED)),
    "recovered": message(notice(STAFFER, Reason.RECOVERED)),
    "does_not_expire": message(
        notice(
            service_view(Standing.HEALTHY, credential(ends=None), confirmed=True), Reason.CONFIRMED
        )
    ),
    "unclaimed": message(notice(unclaimed(), Reason.UNCLAIMED, RENEWER)),
    "unclaimed_rivals": message(
        notice(unclaimed(rivals=(LIBCAL, LIBSTAFFER)), Reason.UNCLAIMED, RENEWER)
    ),
    "unclaimed_wanted": message(notice(unclaimed(STRAY, wanted_by=(LIBCAL,)), Reason.UNCLAIMED)),
    "unclaimed_ending": message(
        notice(
            unclaimed(credential("", 7), Standing.EXPIRING, Severity.CRITICAL), Reason.RUNG, RENEWER
        )
    ),
    "unclaimed_ended": message(
        notice(unclaimed(ENDED, Standing.EXPIRED, Severity.WARNING), Reason.EXPIRED, RENEWER)
    ),
    "app_not_found": message(
        notice(
            app_view("it cannot be found in the tenant", app=replace(APP, found=False, name="")),
            Reason.APP_PROBLEM,
            RENEWER,
        )
    ),
    "app_disabled": message(
        notice(app_view("its service principal is disabled"), Reason.APP_PROBLEM, RENEWER)
    ),
    "app_without_principal": message(notice(app_view(NO_PRINCIPAL), Reason.APP_PROBLEM, RENEWER)),
    "app_without_principal_and_disabled": message(
        notice(
            app_view(f"the app registration is disabled, and {NO_PRINCIPAL}"),
            Reason.APP_PROBLEM,
            RENEWER,
        )
    ),
    "app_recovered": message(notice(app_view(), Reason.RECOVERED, RENEWER)),
    "redirect_uri": message(
        notice(
            app_view(
                "the redirect URI https://library.libcal.example/callback is missing",
                aspect="redirect_uris",
            ),
            Reason.REDIRECT_URI,
            RENEWER,
        )
    ),
    "leftover_tomorrow": message(notice(leftover(1), Reason.LEFTOVER, INSTALLER)),
    "leftover_deletable_by_evidence": message(
        notice(
            replace(DELETABLE, owner=replace(HEALTHY, in_use_record=EVIDENCE)),
            Reason.LEFTOVER,
            RENEWER,
        )
    ),
    "leftover_deletable": message(notice(leftover(40, deletable=True), Reason.LEFTOVER, RENEWER)),
    "removed": message(notice(removed(), Reason.REMOVED)),
    "removed_channel": message(notice(removed("channel:old-team"), Reason.REMOVED, COPY)),
    "check_failing": message(notice(reading(UNREAD), Reason.CHECK_FAILING, COPY)),
    "check_failing_for_several": message(
        notice(
            reading(UNREAD, "Orders: Graph did not answer within 30 s\n<at>All</at> {{DATE(x)}}"),
            Reason.CHECK_FAILING,
            COPY,
        )
    ),
    "check_recovered": message(notice(reading(), Reason.RECOVERED, COPY)),
    "channel_failed": message(
        notice(
            channel("Nothing could be delivered to libapps-admins."), Reason.CHANNEL_FAILED, COPY
        ),
        notice(service_view()),
    ),
    "channel_recovered": message(notice(channel(), Reason.RECOVERED, COPY)),
    "weekly": message(
        notice(weekly(HEALTHY, STAFFER), Reason.WEEKLY, COPY), next_message=date(2027, 9, 15)
    ),
    "weekly_not_all_safe_with_page": message(
        notice(
            weekly(
                replace(WAITING, acknowledged=KNOWN),
                STAFFER,
                notified=(inventory_view("Digital signage", 5), inventory_view("Kiosk", 22)),
                failing=(channel("Nothing could be delivered to libapps-admins."),),
            ),
            Reason.WEEKLY,
            COPY,
        ),
        next_message=NEXT,
    ),
    "introduction": message(
        introduction=True, watching=(HEALTHY, STAFFER), next_message=date(2027, 9, 15)
    ),
    "introduction_to_settle": message(
        notice(ASSUMED, Reason.INTRODUCED),
        notice(unclaimed(), Reason.INTRODUCED),
        introduction=True,
        watching=(ASSUMED, STAFFER),
        next_message=NEXT,
    ),
    "two_in_a_month": message(
        *(notice(view, Reason.FIRST, BOTH) for view in TWO_IN_A_MONTH), next_message=NEXT
    ),
    "two_in_a_month_with_page": message(
        *(notice(view, Reason.FIRST, INSTALLER) for view in TWO_IN_A_MONTH), next_message=NEXT
    ),
    "several_with_page": message(
        notice(STAFFER, Reason.RECOVERED),
        notice(unclaimed(), Reason.UNCLAIMED),
        notice(WAITING_GONE, Reason.DELETED),
        next_message=date(2026, 11, 23),
    ),
    **HAND_OVERS,
    "hostile": message(
        notice(
            unclaimed(
                credential(
                    "[free](https://evil.example) **x** <at>All</at> "
                    "{{DATE(2026-01-01T00:00:00Z)}}\n# \u202etxet\u200b",
                    400,
                    hint="a_*",
                )
            ),
            Reason.UNCLAIMED,
            BOTH,
        )
    ),
}


def page_of(name: str) -> str:
    """Return the status page's address for the cases that have one."""
    return PAGE_URL if name.endswith("_with_page") else ""
