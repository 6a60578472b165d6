targetScope = 'subscription'

// Lapsewatch in one resource group. Native resources only, so that every line can be read and checked without a registry.

@description('Name of the azd environment; part of the name of every resource.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Azure region. It must offer Flex Consumption: az functionapp list-flexconsumption-locations')
param location string

@description('Object id of who deploys: may write the one secret into the vault.')
param deployerPrincipalId string = deployer().objectId

@description('Client id of the app registration that LibCal and LibStaffer use: what is watched.')
param libappsClientId string

@description('Client id of the registration behind the sign-in of the status page; the hook before provisioning makes it. Empty: no sign-in, and the page stays closed.')
param signInClientId string = ''

@description('Mail address of the people who hear when the watcher itself is in trouble.')
param alertEmail string

@description('The mailbox that sends, if a channel of the watchlist is of kind email; else empty.')
param mailSender string = ''

@description('Read credential sign-in activity as evidence of use (beta; needs AuditLog.Read.All and a licence).')
@allowed(['on', 'off'])
param signIns string = 'off'

@description('Ping a heartbeat after each check. Its URL is then the secret heartbeat-url of the vault.')
param heartbeat bool = false

@description('When the timer ticks, UTC, as NCRONTAB. A tick when nothing is owed costs one table read.')
param schedule string = '0 5 * * * *'

@description('Path of the watchlist, or of a folder of them, from the root of the app.')
param watchlist string = 'watchlist.toml'

@description('Client id of the app registration by which other tenants are read (docs/tenants.md); empty: only your own tenant is read.')
param tenantsClientId string = ''

@description('Minutes that a check may take.')
@minValue(1)
@maxValue(28)
param deadlineMinutes int = 20

@description('Where people open the status page, if it is not the own host of the app; else empty.')
param pageUrl string = ''

@description('More app settings: whatever else the watchlist names by env: and everybody may read.')
param extraSettings object = {}

@description('More app settings whose values are in the vault: by name of the setting, the name of its secret there.')
param vaultSettings object = {}

@description('Days that logs are kept; 30 days cost nothing extra.')
@allowed([30, 60, 90, 120, 180, 270, 365])
param logRetentionDays int = 30

@description('Gigabytes of logs a day at most, as text, since Bicep has no fractions. Beyond it nothing is collected until the next day, and the alert on missing checks fires.')
param logDailyCapGb string = '0.5'

@description('Root of Microsoft Graph in this cloud.')
@allowed([
  'https://graph.microsoft.com'
  'https://graph.microsoft.us'
  'https://dod-graph.microsoft.us'
  'https://microsoftgraph.chinacloudapi.cn'
])
param graphRoot string = 'https://graph.microsoft.com'

@description('Private networking: a virtual network and four private endpoints. Costs about 31 US dollars a month; docs/operate.md has the arithmetic.')
param privateNetwork bool = false

@description('With private networking, the public address from which the hook may write into the vault; empty: none may.')
param deployerIp string = ''

@description('Bring back the vault that an earlier azd down of this environment left in its soft-deleted state.')
param recoverVault bool = false

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-lapsewatch-${token}', location: location, tags: tags }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: { name: 'vnet-lapsewatch-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'stlapse${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    networkId: privateNetwork ? network!.outputs.networkId : ''
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    deployerPrincipalId: deployerPrincipalId
    workspaceId: monitoring.outputs.workspaceId
    recover: recoverVault
    deployerIp: deployerIp
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    networkId: privateNetwork ? network!.outputs.networkId : ''
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    tableEndpoint: storage.outputs.tableEndpoint
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    vaultUri: vault.outputs.uri
    connectionString: monitoring.outputs.connectionString
    signInClientId: signInClientId
    libappsClientId: libappsClientId
    mailSender: mailSender
    signIns: signIns
    heartbeat: heartbeat
    schedule: schedule
    watchlist: watchlist
    tenantsClientId: tenantsClientId
    deadlineMinutes: deadlineMinutes
    pageUrl: pageUrl
    extraSettings: extraSettings
    vaultSettings: vaultSettings
    graphRoot: graphRoot
    appSubnetId: privateNetwork ? network!.outputs.appSubnetId : ''
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    workspaceName: monitoring.outputs.workspaceName
    email: alertEmail
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_TENANT_ID string = tenant().tenantId
output LAPSEWATCH_APP_NAME string = app.outputs.name
output LAPSEWATCH_HOST string = app.outputs.host
output LAPSEWATCH_STATUS_PAGE string = 'https://${app.outputs.host}/api/page'
output LAPSEWATCH_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output LAPSEWATCH_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output LAPSEWATCH_IDENTITY_NAME string = identity.outputs.name
output LAPSEWATCH_ISSUER string = app.outputs.issuer
output LAPSEWATCH_STORAGE_NAME string = storage.outputs.name
output LAPSEWATCH_TABLE_ENDPOINT string = storage.outputs.tableEndpoint
output LAPSEWATCH_VAULT_NAME string = vault.outputs.name
output LAPSEWATCH_VAULT_URI string = vault.outputs.uri
