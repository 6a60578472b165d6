using '../main.bicep'

param environmentName = 'library'
param location = 'eastus'
param libappsClientId = '3f2a7c10-5b6d-4e8f-9a01-7c1d2e3f13d6'
param alertEmail = 'its@example.org'
param signInClientId = '6f1c2f5e-8a04-4d0b-9d5e-000000000001'
param handOver = true
