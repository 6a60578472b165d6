using '../main.bicep'

param environmentName = 'library'
param location = 'eastus'
param libappsClientId = '3f2a7c10-5b6d-4e8f-9a01-7c1d2e3f13d6'
param alertEmail = 'its@example.org'
param signInClientId = '6f1c2f5e-8a04-4d0b-9d5e-000000000001'
param mailSender = 'alerts@example.org'
param signIns = 'on'
param heartbeat = true
param schedule = '0 20 * * * *'
param watchlist = 'watchlists'
param tenantsClientId = '6f1c2f5e-8a04-4d0b-9d5e-000000000003'
param deadlineMinutes = 28
param pageUrl = 'https://lapsewatch.example.org'
param extraSettings = { HR_CLIENT_ID: '6f1c2f5e-8a04-4d0b-9d5e-000000000004' }
param vaultSettings = {
  HR_WEBHOOK_URL: 'hr-webhook-url'
  MICROSOFT_PROVIDER_AUTHENTICATION_SECRET: 'sign-in-secret'
}
param logRetentionDays = 365
param logDailyCapGb = '2'
param privateNetwork = true
param deployerIp = '203.0.113.10'
param recoverVault = true
param handOver = true
param renewersPrincipalId = 'e0a7d1c2-6b3f-4a58-9c1d-7f2e5b8a4d61'
