// One private endpoint with its DNS zone.

@description('Name of the private endpoint.')
param name string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object
@description('Resource id of the target.')
param targetId string
@description('Service of the target.')
param groupId string
@description('Private DNS zone of that service.')
param zone string
@description('Subnet of the endpoint.')
param subnetId string
@description('Virtual network that resolves its name.')
param networkId string
@description('Whether to create the zone; if not, another endpoint in the network has done so.')
param createZone bool = true

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: name, properties: { privateLinkServiceId: targetId, groupIds: [groupId] } }
    ]
  }

  resource group 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: groupId, properties: { privateDnsZoneId: dns.id } }]
    }
  }
}

resource dns 'Microsoft.Network/privateDnsZones@2020-06-01' = if (createZone) {
  name: zone
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'lapsewatch'
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
}
