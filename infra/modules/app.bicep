// The app: a Flex Consumption plan, the site with its settings, and the status page's sign-in.

@description('Part of every name.')
param token string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object
@description('Resource id of the identity.')
param identityId string
@description('Client id of the identity.')
param identityClientId string
@description('Name of the storage account.')
param storageName string
@description('Table endpoint of the storage account.')
param tableEndpoint string
@description('URL of the container with the package of the app.')
param deploymentContainerUrl string
@description('URI of the vault, with a slash at its end.')
param vaultUri string
@description('Connection string of Application Insights.')
param connectionString string
@description('Client id of the registration for the sign-in. Empty: none.')
param signInClientId string
@description('Client id of the app registration that is watched.')
param libappsClientId string
@description('Mailbox that sends mail; may be empty.')
param mailSender string
@description('on or off.')
param signIns string
@description('Whether the vault has a heartbeat URL.')
param heartbeat bool
@description('NCRONTAB of the timer, in UTC.')
param schedule string
@description('Path of the watchlist.')
param watchlist string
@description('Client id of the registration that reads other tenants; may be empty.')
param tenantsClientId string
@description('Minutes that a check may take.')
param deadlineMinutes int
@description('Address of the status page; may be empty.')
param pageUrl string
@description('More app settings.')
param extraSettings object
@description('More app settings with values in the vault: setting name to secret name.')
param vaultSettings object
@description('Root of Microsoft Graph in this cloud.')
param graphRoot string
@description('Whether new secrets are handed over.')
param handOver bool
@description('URI of the vault for new secrets.')
param handOverVaultUri string
@description('Subnet that the app joins. Empty: none.')
param appSubnetId string

// Tokens of Azure China name another host than the one where people sign in.
var issuingHost = replace(
  environment().authentication.loginEndpoint,
  'login.chinacloudapi.cn',
  'login.partner.microsoftonline.cn'
)
var issuer = '${issuingHost}${tenant().tenantId}/v2.0'
var signedIn = !empty(signInClientId)

// What the sign-in uses in place of a client secret: a setting of this name has the client id of the identity. It is a
// preview, so a client secret in the vault replaces it (docs/deploy.md).
var identitySetting = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
var secretSetting = 'MICROSOFT_PROVIDER_AUTHENTICATION_SECRET'
var hasSecret = contains(vaultSettings, secretSetting)

// Settings of the platform. The host's own storage is named by its addresses, since the account's name alone would mean the global cloud.
var suffix = environment().suffixes.storage
var platformSettings = {
  AzureWebJobsStorage__blobServiceUri: 'https://${storageName}.blob.${suffix}'
  AzureWebJobsStorage__queueServiceUri: 'https://${storageName}.queue.${suffix}'
  AzureWebJobsStorage__tableServiceUri: 'https://${storageName}.table.${suffix}'
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AzureWebJobsDisableHomepage: 'true' // otherwise the root shows a page of Azure's
}
var signInSettings = hasSecret ? {} : { '${identitySetting}': identityClientId }

// Settings of the app (shared/config/setting_list.py), and those that the watchlist names.
var programSettings = {
  LAPSEWATCH_SCHEDULE: schedule
  LAPSEWATCH_WATCHLIST: watchlist
  LAPSEWATCH_TABLES: tableEndpoint
  LAPSEWATCH_GRAPH: graphRoot
  LAPSEWATCH_PAGE_URL: pageUrl
  LAPSEWATCH_SIGN_IN_CLIENT_ID: signInClientId
  LAPSEWATCH_SIGN_IN_ISSUER: signedIn ? issuer : ''
  LAPSEWATCH_MAIL_SENDER: mailSender
  LAPSEWATCH_SIGN_INS: signIns
  LAPSEWATCH_HEARTBEAT_URL: heartbeat ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/heartbeat-url)' : ''
  LAPSEWATCH_DEADLINE: string(deadlineMinutes)
  LAPSEWATCH_TENANTS_CLIENT_ID: tenantsClientId
  AZURE_CLIENT_ID: identityClientId
  LIBAPPS_CLIENT_ID: libappsClientId
  TEAMS_WEBHOOK_URL: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/teams-webhook-url)'
}

// Only where new secrets are handed over: without the setting, the app has no form and no route for it.
var handOverSettings = handOver ? { LAPSEWATCH_HAND_OVER_VAULT: handOverVaultUri } : {}

// Secrets that the watchlist names.
// Built here from the secret's name: azd knows no output of a deployment before it.
var settingsFromVault = toObject(
  items(vaultSettings),
  each => each.key,
  each => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${each.value})'
)

// Routes without sign-in: each has a function key or is public on purpose. Easy Auth guards the rest.
var withoutSignIn = [
  '/api/status'
  '/api/status.csv'
  '/api/check'
  '/api/health'
  '/api/metrics'
  '/api/calendar.ics'
  '/api/page/assets/page.css'
  '/api/page/assets/page.js'
]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-lapsewatch-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-lapsewatch-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(appSubnetId) ? null : appSubnetId
    siteConfig: { minTlsVersion: '1.2' } // this plan has no FTP, and rejects ftpsState and other properties of other plans
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 40
        // the default for Python is one request an instance: a page with two assets would start three
        triggers: { http: { perInstanceConcurrency: 16 } }
      }
      runtime: { name: 'python', version: '3.13' }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: site
  name: 'appsettings'
  properties: union(
    platformSettings,
    signInSettings,
    programSettings,
    handOverSettings,
    extraSettings,
    settingsFromVault
  )
}

resource noBasicScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

resource noBasicFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource signIn 'Microsoft.Web/sites/config@2024-04-01' = if (signedIn) {
  parent: site
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    httpSettings: { requireHttps: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      excludedPaths: withoutSignIn
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: signInClientId
          openIdIssuer: issuer
          clientSecretSettingName: hasSecret ? secretSetting : identitySetting
        }
        validation: { allowedAudiences: [signInClientId] }
      }
    }
    login: { tokenStore: { enabled: true } }
  }
  dependsOn: [settings]
}

output name string = site.name
output host string = site.properties.defaultHostName
output issuer string = issuer
