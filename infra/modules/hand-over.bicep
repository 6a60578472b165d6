// Hands new secrets over (optional): a vault that has nothing else, and who may use it. Values stay for 14 days at most.

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object
@description('Object id of the identity of the app, which keeps, shows and deletes values.')
param principalId string
@description('Object id of the group or person that runs renew. Empty: nobody.')
param renewersPrincipalId string
@description('Name of the storage account with the ledger, which renew writes.')
param storageName string
@description('Resource id of the workspace for diagnostic logs.')
param workspaceId string
@description('Subnet for private endpoints. Empty: the vault is on the internet, for permitted identities.')
param endpointSubnetId string
@description('The virtual network. Empty: none.')
param networkId string

var private = !empty(endpointSubnetId)
// A custom role would leave out backup and restore, but to define one takes more rights than docs/deploy.md asks for.
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

// No purge protection: what is deleted must be gone. Azure rejects false, so the property is left out.
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource appKeeps 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsOfficer)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

resource renewersKeep 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(renewersPrincipalId)) {
  scope: vault
  name: guid(vault.id, renewersPrincipalId, secretsOfficer)
  properties: {
    principalId: renewersPrincipalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

resource renewersRecord 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(renewersPrincipalId)) {
  scope: account
  name: guid(account.id, renewersPrincipalId, tableDataContributor)
  properties: {
    principalId: renewersPrincipalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableDataContributor)
  }
}

// audit of every read
resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

module endpoint 'endpoint.bicep' = if (private) {
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    targetId: vault.id
    groupId: 'vault'
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
    createZone: false // the other vault has it
    subnetId: endpointSubnetId
    networkId: networkId
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
