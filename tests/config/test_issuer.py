"""The issuer of sign-ins is as tokens name it; for another address, the right one is named."""

import pytest

from shared.config.issuer import issuer
from shared.config.problems import InvalidValue, Misconfigured
from shared.config.settings_loader import load
from tests.config.test_settings import ENVIRONMENT, ROOT, SIGN_IN

TENANT = "0b6f7a11-52c3-4f5e-8d0e-6a1f2b3c4d5e"
PUBLIC = f"https://login.microsoftonline.com/{TENANT}/v2.0"
GOVERNMENT = f"https://login.microsoftonline.us/{TENANT}/v2.0"
CHINA = f"https://login.partner.microsoftonline.cn/{TENANT}/v2.0"
NO_TENANT = "https://login.microsoftonline.com/TENANT/v2.0, where TENANT is the tenant's id"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        *((each, each) for each in (PUBLIC, GOVERNMENT, CHINA)),
        (f"{PUBLIC}/", PUBLIC),
        (f"https://LOGIN.microsoftonline.com:443/{TENANT.upper()}/v2.0", PUBLIC),
        *(
            (f"https://{host}/{TENANT}/v2.0",) * 2
            for host in (f"{TENANT}.ciamlogin.com", "contoso.b2clogin.com", "login.contoso.com")
        ),
    ],
)
def test_the_issuer_of_a_tenant_is_accepted(given: str, read: str) -> None:
    assert issuer(given) == read


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (f"https://sts.windows.net/{TENANT}/v2.0", PUBLIC),
        (f"https://sts.windows.net/{TENANT}/", PUBLIC),
        (f"https://sts.windows.net/{TENANT.upper()}", PUBLIC),
        (f"https://login.windows.net/{TENANT}/v2.0", PUBLIC),
        (f"https://login.microsoft.com/{TENANT}", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/v2.0?x=1", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/v2.0#x", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/V2.0", PUBLIC),
        (f"{PUBLIC}/.well-known/openid-configuration", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/saml2", PUBLIC),
        (f"https://login.microsoftonline.com/{TENANT}/federationmetadata/2007-06/x.xml", PUBLIC),
        (f"https://login.microsoftonline.us/{TENANT}", GOVERNMENT),
        (f"https://login.usgovcloudapi.net/{TENANT}/v2.0", GOVERNMENT),
        (f"https://sts.chinacloudapi.cn/{TENANT}/", CHINA),
        (f"https://login.chinacloudapi.cn/{TENANT}/v2.0", CHINA),
        (f"https://login.contoso.com/{TENANT}/", f"https://login.contoso.com/{TENANT}/v2.0"),
        ("https://login.microsoftonline.com/common/v2.0", NO_TENANT),
        ("https://login.microsoftonline.com/organizations/v2.0", NO_TENANT),
        ("https://login.microsoftonline.com/consumers/v2.0", NO_TENANT),
        ("https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0", NO_TENANT),
        ("https://login.microsoftonline.com", NO_TENANT),
        ("https://sts.windows.net/contoso.com/", NO_TENANT),
        (
            "https://login.chinacloudapi.cn/common/v2.0",
            NO_TENANT.replace("login.", "login.partner.", 1).replace(".com", ".cn", 1),
        ),
        ("https://contoso.b2clogin.com/contoso.com/b2c_1_in/v2.0", NO_TENANT),
        (f"http://login.example.org/{TENANT}/v2.0", NO_TENANT),
        ("login.microsoftonline.com", NO_TENANT),
    ],
)
def test_another_address_is_refused_with_the_right_one(given: str, right: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        issuer(given)
    assert caught.value.expected == right


@pytest.mark.parametrize(
    ("graph", "right"),
    [
        ("https://graph.microsoft.com", PUBLIC),
        ("https://graph.microsoft.us", GOVERNMENT),
        ("https://dod-graph.microsoft.us", GOVERNMENT),
        ("https://microsoftgraph.chinacloudapi.cn", CHINA),
    ],
)
def test_the_right_one_is_that_of_the_cloud(graph: str, right: str) -> None:
    wrong = {"LAPSEWATCH_SIGN_IN_ISSUER": f"https://sts.windows.net/{TENANT}/v2.0"}
    with pytest.raises(Misconfigured) as caught:
        load(ENVIRONMENT | SIGN_IN | {"LAPSEWATCH_GRAPH": graph} | wrong, ROOT)
    assert [problem.expected for problem in caught.value.problems] == [right]
