targetScope = 'subscription'

// Lapsewatch in one resource group. Native resources only: no module from a registry is needed.

@description('Name of the azd environment; part of the name of every resource.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Azure region. It must offer Flex Consumption: az functionapp list-flexconsumption-locations')
param location string

@description('Object id of the deployer, who may write secrets into the vault.')
param deployerPrincipalId string = deployer().objectId

@description('Client id of the app registration that is watched (LibCal and LibStaffer use it).')
param libappsClientId string

@description('Client id of the registration for the sign-in of the status page; the hook before provisioning creates it. Empty: nobody can open the page.')
param signInClientId string = ''

@description('Email address for alerts when Lapsewatch itself fails.')
param alertEmail string

@description('The mailbox that sends mail, if a channel of the watchlist is of kind email; otherwise empty.')
param mailSender string = ''

@description('Read credential sign-in activity as evidence of use (beta; needs AuditLog.Read.All and a licence).')
@allowed(['on', 'off'])
param signIns string = 'off'

@description('Ping a heartbeat after each check. Its URL is then the secret heartbeat-url of the vault.')
param heartbeat bool = false

@description('Schedule of the timer, NCRONTAB in UTC. A tick without a due check costs one table read.')
param schedule string = '0 5 * * * *'

@description('Path of the watchlist, or of a folder of them, from the root of the app.')
param watchlist string = 'watchlist.toml'

@description('Client id of the app registration that reads other tenants (docs/tenants.md). Empty: only your own tenant is read.')
param tenantsClientId string = ''

@description('Minutes that a check may take.')
@minValue(1)
@maxValue(28)
param deadlineMinutes int = 20

@description('Where people open the status page, if not on the host of the app; otherwise empty.')
param pageUrl string = ''

@description('More app settings that the watchlist names by env: and that are not secret.')
param extraSettings object = {}

@description('More app settings with values in the vault: setting name to secret name.')
param vaultSettings object = {}

@description('Retention of logs in days; 30 days cost nothing extra.')
@allowed([30, 60, 90, 120, 180, 270, 365])
param logRetentionDays int = 30

@description('Maximum gigabytes of logs a day, as text because Bicep has no fractions. Above it nothing is collected until the next day, and the alert on missing checks fires.')
param logDailyCapGb string = '0.5'

@description('Root of Microsoft Graph in this cloud.')
@allowed([
  'https://graph.microsoft.com'
  'https://graph.microsoft.us'
  'https://dod-graph.microsoft.us'
  'https://microsoftgraph.chinacloudapi.cn'
])
param graphRoot string = 'https://graph.microsoft.com'

@description('Private networking: a virtual network and four private endpoints, five with handOver. Costs about 31 US dollars a month; docs/operate.md has the arithmetic.')
param privateNetwork bool = false

@description('With private networking, the public address that may write into the vault. Empty: none.')
param deployerIp string = ''

@description('Recover the soft-deleted vault of an earlier azd down of this environment.')
param recoverVault bool = false

@description('Hand new secrets over on the status page: a second vault, which has nothing else (docs/hand-over.md).')
param handOver bool = false

@description('Object id of the group or person that runs renew, where new secrets are handed over. Empty: nobody.')
param renewersPrincipalId string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

// With a wrong schedule the host turns off only the timer, and everything else answers. This is what Bicep can check;
// the hook before provisioning and the app have the whole rule (shared/config/ncrontab.py).
var scheduleFields = filter(split(extraSettings.?LAPSEWATCH_SCHEDULE ?? schedule, ' '), field => !empty(field))

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

module handOverVault 'modules/hand-over.bicep' = if (handOver) {
  scope: group
  params: {
    name: 'kv-hand-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    renewersPrincipalId: renewersPrincipalId
    storageName: storage.outputs.name
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    networkId: privateNetwork ? network!.outputs.networkId : ''
  }
  dependsOn: [vault] // its private DNS zone
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
    schedule: contains([5, 6], length(scheduleFields))
      ? schedule
      : fail('The schedule (LAPSEWATCH_SCHEDULE) must have six fields: second minute hour day month weekday, such as 0 5 * * * *')
    watchlist: watchlist
    tenantsClientId: tenantsClientId
    deadlineMinutes: deadlineMinutes
    pageUrl: pageUrl
    extraSettings: extraSettings
    vaultSettings: vaultSettings
    graphRoot: graphRoot
    handOver: handOver
    handOverVaultUri: handOver ? handOverVault!.outputs.uri : ''
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
    handOverVaultName: handOver ? handOverVault!.outputs.name : ''
    principalId: identity.outputs.principalId
  }
}

// what the deployment made
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
output LAPSEWATCH_HAND_OVER_VAULT_NAME string = handOver ? handOverVault!.outputs.name : ''
output LAPSEWATCH_HAND_OVER_VAULT string = handOver ? handOverVault!.outputs.uri : ''

// Each input of main.parameters.json, under its name in azd's environment: azd env refresh reads outputs only.
// Without them, a colleague who takes over would set every input back to its default.
output AZURE_LOCATION string = location
output LIBAPPS_CLIENT_ID string = libappsClientId
output LAPSEWATCH_ALERT_EMAIL string = alertEmail
output LAPSEWATCH_SIGN_IN_CLIENT_ID string = signInClientId
output LAPSEWATCH_MAIL_SENDER string = mailSender
output LAPSEWATCH_SIGN_INS string = signIns
output LAPSEWATCH_HEARTBEAT bool = heartbeat
output LAPSEWATCH_WATCHLIST string = watchlist
output LAPSEWATCH_TENANTS_CLIENT_ID string = tenantsClientId
output LAPSEWATCH_PAGE_URL string = pageUrl
output LAPSEWATCH_PRIVATE_NETWORK bool = privateNetwork
output LAPSEWATCH_RECOVER_VAULT bool = recoverVault
output LAPSEWATCH_GRAPH string = graphRoot
output LAPSEWATCH_DEPLOYER_IP string = deployerIp
output LAPSEWATCH_HAND_OVER bool = handOver
output LAPSEWATCH_RENEWERS string = renewersPrincipalId
