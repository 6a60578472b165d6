"""Requests for apps and service principals, made by the SDK's request builders."""

from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.application_item_request_builder import (
    ApplicationItemRequestBuilder,
)
from msgraph.generated.applications_with_app_id.applications_with_app_id_request_builder import (
    ApplicationsWithAppIdRequestBuilder,
)
from msgraph.generated.service_principals.item.service_principal_item_request_builder import (
    ServicePrincipalItemRequestBuilder,
)
from msgraph.generated.service_principals.service_principals_request_builder import (
    ServicePrincipalsRequestBuilder,
)
from msgraph.generated.service_principals_with_app_id import (
    service_principals_with_app_id_request_builder as by_app_id,
)

from shared.adapters.graph import selection
from shared.adapters.graph.session import Session
from shared.core.model.inventory import Holder


def app_request(session: Session, client_id: str) -> RequestInformation:
    """Return the request for a watched app."""
    builder = ApplicationsWithAppIdRequestBuilder(session.adapter, {}, client_id)
    query = (
        ApplicationsWithAppIdRequestBuilder.ApplicationsWithAppIdRequestBuilderGetQueryParameters
    )
    return _get(builder, query(select=selection.WATCHED_APPLICATION))


def principal_request(session: Session, client_id: str, *, keyed: bool) -> RequestInformation:
    """Return the request for the service principal of an app; `keyed`: with its credentials."""
    sdk = by_app_id.ServicePrincipalsWithAppIdRequestBuilder
    query = sdk.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters
    select = selection.KEYED_PRINCIPAL if keyed else selection.PRINCIPAL
    return _get(sdk(session.adapter, {}, client_id), query(select=select))


def list_request(
    session: Session, holder: Holder, *, tags: bool, page_size: int
) -> RequestInformation:
    """Return the request for the first page of all applications or service principals."""
    if holder == Holder.APPLICATION:
        query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters
        select = selection.LISTED_APPLICATION
    else:
        query = ServicePrincipalsRequestBuilder.ServicePrincipalsRequestBuilderGetQueryParameters
        select = selection.LISTED_PRINCIPAL
    fields = [*select, "tags"] if tags else select
    return _get(_list(session, holder), query(select=fields, top=page_size))


def next_page_request(session: Session, holder: Holder, url: str) -> RequestInformation:
    """Return the request for a further page of the same list."""
    request: RequestInformation = _list(session, holder).with_url(url).to_get_request_information()
    return request


def owners_request(session: Session, holder: Holder, object_id: str) -> RequestInformation:
    """Return the request for the owners of an app; Graph returns the first 20."""
    sdk: Any
    if holder == Holder.APPLICATION:
        sdk, parameter = ApplicationItemRequestBuilder, "application%2Did"
        query = sdk.ApplicationItemRequestBuilderGetQueryParameters
        select = selection.OWNED_APPLICATION
    else:
        sdk, parameter = ServicePrincipalItemRequestBuilder, "servicePrincipal%2Did"
        query = sdk.ServicePrincipalItemRequestBuilderGetQueryParameters
        select = selection.OWNED_PRINCIPAL
    builder = sdk(session.adapter, {parameter: object_id})
    return _get(builder, query(select=select, expand=["owners"]))


def _list(session: Session, holder: Holder) -> Any:  # noqa: ANN401  (the SDK is not type-checked here)
    is_application = holder == Holder.APPLICATION
    sdk = ApplicationsRequestBuilder if is_application else ServicePrincipalsRequestBuilder
    return sdk(session.adapter, {})


def _get(builder: Any, query: object) -> RequestInformation:  # noqa: ANN401  (the same)
    configuration = RequestConfiguration(query_parameters=query)
    request: RequestInformation = builder.to_get_request_information(configuration)
    return request
