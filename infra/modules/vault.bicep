// The vault has the only secrets: the URL of the Teams Workflow, and that of a heartbeat, if any.
// No secret is in this file, a parameter or an output: the hook writes it from standard input.

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object
@description('Object id of the identity of the app, which may read.')
param principalId string
@description('Object id of the deployer, who may write.')
param deployerPrincipalId string
@description('Resource id of the workspace for diagnostic logs.')
param workspaceId string
@description('Public address that may write to a private vault. Empty: none.')
param deployerIp string
@description('Recover a soft-deleted vault of this name.')
param recover bool
@description('Subnet for private endpoints. Empty: the vault is on the internet, for permitted identities.')
param endpointSubnetId string
@description('The virtual network. Empty: none.')
param networkId string

var private = !empty(endpointSubnetId)
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    createMode: recover ? 'recover' : 'default'
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 7
    // the hook writes from the deployer's machine, so a private vault allows one address, if set
    publicNetworkAccess: private && empty(deployerIp) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: private ? 'Deny' : 'Allow'
      ipRules: empty(deployerIp) ? [] : [{ value: deployerIp }]
    }
  }
}

resource appReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource deployerWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, deployerPrincipalId, secretsOfficer)
  properties: {
    principalId: deployerPrincipalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

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
    subnetId: endpointSubnetId
    networkId: networkId
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
