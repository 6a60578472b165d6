// The app's identity for Graph, storage, vault, logs and the sign-in. It has no secret, and a new deployment keeps it.

@description('Name of the user-assigned identity.')
param name string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output name string = identity.name
output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
