// The ledger (table), the app's package (container), the queue of tenants, the host's storage. No keys.

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object
@description('Object id of the identity of the app.')
param principalId string
@description('Resource id of the workspace for diagnostic logs.')
param workspaceId string
@description('Subnet for private endpoints. Empty: the account is on the internet, for permitted identities.')
param endpointSubnetId string
@description('The virtual network. Empty: none.')
param networkId string

var container = 'app-package'
var private = !empty(endpointSubnetId)
var roles = {
  // the Functions host stores leases, keys and the timer's schedule in blobs, and reads the package
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  // one message for each tenant, if there are several
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  // the ledger
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowCrossTenantReplication: false
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: container
  properties: { publicAccess: 'None' }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource ledger 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = {
  parent: tables
  name: 'Lapsewatch'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource tenantsQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {
  parent: queues
  name: 'tenants'
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    scope: account
    name: guid(account.id, principalId, role.value)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

// audit of writes to ledger, package and queue; an audit of reads would cost more than all the rest
var changes = [
  { category: 'StorageWrite', enabled: true }
  { category: 'StorageDelete', enabled: true }
]

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: changes }
}

resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queues
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: changes }
}

resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tables
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: changes }
}

module endpoints 'endpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: if (private) {
    params: {
      name: 'pe-${name}-${service}'
      location: location
      tags: tags
      targetId: account.id
      groupId: service
      zone: 'privatelink.${service}.${environment().suffixes.storage}'
      subnetId: endpointSubnetId
      networkId: networkId
    }
  }
]

output name string = account.name
output tableEndpoint string = account.properties.primaryEndpoints.table
output deploymentContainerUrl string = '${account.properties.primaryEndpoints.blob}${container}'
