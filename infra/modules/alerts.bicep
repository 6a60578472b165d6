// Alerts about Lapsewatch itself: four rules on its log, one on the vault of new secrets, if any, mail to one address, and saved queries.

@description('Part of every name.')
param token string
@description('Azure region.')
param location string
@description('Tags of every resource.')
param tags object
@description('Resource id of the workspace.')
param workspaceId string
@description('Name of the workspace.')
param workspaceName string
@description('Email address for the alerts.')
param email string
@description('Name of the vault for new secrets. Empty: none.')
param handOverVaultName string
@description('Object id of the identity of the app, the only one that reads there.')
param principalId string

// Azure has no window of 26 hours: the query has it, and overrideQueryTimeRange is long enough.
// Each query counts into Found with summarize, which returns one row even without any logs.
var always = [
  {
    name: 'no-good-check'
    title: 'Lapsewatch: no good check in 26 hours'
    text: 'No check has succeeded in 26 hours, so people may not be notified before a credential expires. docs/operate.md lists causes and remedies.'
    severity: 1
    query: loadTextContent('../queries/no-good-check.kql')
    operator: 'LessThan'
    threshold: 1
    windowSize: 'P1D'
    timeRange: 'P2D'
    mute: 'P1D'
  }
  {
    name: 'check-failed'
    title: 'Lapsewatch: a check failed'
    text: 'A check failed, completely or in part. Each hourly run retries it. If this alert comes again, follow docs/operate.md.'
    severity: 2
    query: loadTextContent('../queries/check-failed.kql')
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT2H'
    timeRange: 'PT2H'
    mute: 'PT6H'
  }
  {
    name: 'undelivered'
    title: 'Lapsewatch: a message could not be delivered'
    text: 'A message to a Teams channel or a mailbox could not be delivered. Lapsewatch retries it. If this alert comes again, follow docs/operate.md.'
    severity: 2
    query: loadTextContent('../queries/undelivered.kql')
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT2H'
    timeRange: 'PT2H'
    mute: 'PT6H'
  }
  {
    name: 'function-off'
    title: 'Lapsewatch: the Functions host turned off a function, or stopped'
    text: 'The Functions host could not use a function of Lapsewatch, or stopped, so checks may not run although the rest answers. Follow docs/operate.md.'
    severity: 1
    query: loadTextContent('../queries/function-off.kql')
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT2H'
    timeRange: 'PT2H'
    mute: 'PT6H'
  }
]

var readByOthers = replace(
  replace(loadTextContent('../queries/read-by-others.kql'), 'HAND-OVER-VAULT', handOverVaultName),
  'IDENTITY-OF-THE-APP',
  principalId
)
var ofHandOvers = [
  {
    name: 'read-by-others'
    title: 'Lapsewatch: a new secret was read by somebody else'
    text: 'Somebody other than the app has read a value in the vault for new secrets. Ask who it was. Follow docs/operate.md.'
    severity: 1
    query: readByOthers
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT2H'
    timeRange: 'PT2H'
    mute: 'PT6H'
  }
]
var handsOver = !empty(handOverVaultName)
var rules = concat(always, handsOver ? ofHandOvers : [])

var savedAlways = [
  { name: 'last-checks', title: 'Last checks', query: loadTextContent('../queries/last-checks.kql') }
  { name: 'no-good-check', title: 'Good checks in 26 hours', query: loadTextContent('../queries/no-good-check.kql') }
  { name: 'check-failed', title: 'Failed checks', query: loadTextContent('../queries/check-failed.kql') }
  {
    name: 'undelivered'
    title: 'Messages that could not be delivered'
    query: loadTextContent('../queries/undelivered.kql')
  }
  {
    name: 'function-off'
    title: 'Functions that the host turned off, and stops of the host'
    query: loadTextContent('../queries/function-off.kql')
  }
]

var savedOfHandOvers = [
  { name: 'read-by-others', title: 'Reads of new secrets by somebody else', query: readByOthers }
]
var saved = concat(savedAlways, handsOver ? savedOfHandOvers : [])

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-lapsewatch-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'Lapsewatch'
    emailReceivers: [{ name: 'ITS', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'alert-lapsewatch-${rule.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.text
      enabled: true
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT1H'
      windowSize: rule.windowSize
      overrideQueryTimeRange: rule.timeRange
      // a new workspace has no rows yet that could validate the query
      skipQueryValidation: true
      autoMitigate: false
      muteActionsDuration: rule.mute
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Found'
            timeAggregation: 'Total'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

resource queries 'Microsoft.OperationalInsights/workspaces/savedSearches@2023-09-01' = [
  for query in saved: {
    parent: workspace
    name: 'lapsewatch-${query.name}'
    properties: {
      // without it the second deployment is rejected (409); where the type has it, Azure rejects it
      #disable-next-line BCP037
      etag: '*'
      category: 'Lapsewatch'
      displayName: query.title
      query: query.query
      version: 2
    }
  }
]
