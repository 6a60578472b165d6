"""The receiver of webhooks in the stand-in tenant."""

from datetime import UTC, datetime

import requests
from standardwebhooks import Webhook

from local.stand_in.tenant import Tenant
from local.stand_in.webhook_sink import SIGNING_SECRET


def posted(tenant: Tenant, body: str, signed: str) -> int:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SIGNING_SECRET).sign("msg_1", now, signed),
    }
    return requests.post(
        tenant.webhook_url("desk"), data=body, headers=headers, timeout=5
    ).status_code


def test_a_signed_message_is_kept_once() -> None:
    with Tenant() as tenant:
        assert posted(tenant, '{"n": 1}', '{"n": 2}') == 401
        assert requests.post(tenant.webhook_url("desk"), data="{}", timeout=5).status_code == 401
        assert [posted(tenant, '{"n": 1}', '{"n": 1}') for _ in range(2)] == [204, 204]
        assert requests.get(tenant.webhook_url("desk"), timeout=5).json() == [{"n": 1}]
        assert tenant.received("other") == []
