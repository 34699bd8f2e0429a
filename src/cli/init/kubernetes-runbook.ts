import type { Example } from './examples.ts'
import { HEALTH_PATH, healthCondition, healthSignal } from './health.ts'
import { fits, SERVICE, URL, VERSION_FIELD, VERSION_PATH } from './questions.ts'

const objectName = fits(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'lower-case letters, digits, "-" and "."')

/** A Deployment, returned to an earlier revision and watched to its end. */
export const kubernetesRunbook: Example = {
  name: 'kubernetes-deployment',
  summary: 'a Deployment in a Kubernetes cluster',
  questions: [
    SERVICE,
    { id: 'namespace', text: 'Namespace', usual: 'default', problem: objectName },
    { id: 'deployment', text: 'Name of the Deployment', usual: 'api', problem: objectName },
    URL,
    VERSION_PATH,
    VERSION_FIELD,
    HEALTH_PATH,
  ],
  write: (answers) => `# A rollback runbook. Check it with: rollback validate
# Is everything there that a rollback needs? rollback plan
version: 1
service: '${answers['service']}'

# The first environment is the default; another one: --env staging
environments:
  production:
    url: '${answers['url']}'
    namespace: '${answers['namespace']}'

release:
  live: { signal: live_version }

signals:
  live_version:
    http:
      url: '\${vars.url}${answers['versionPath']}'
      json: ${answers['versionField']}
${healthSignal(answers)}
procedures:
  deployment:
    use_when: the former revision is still kept by the cluster
    steps:
      # Returns to the revision that runs the target; the rollout is watched to its end.
      - id: deployment
        uses: kubernetes.deployment
        with:
          namespace: '\${vars.namespace}'
          name: '${answers['deployment']}'
    verify:
      within: 5m
      must:
        - { signal: live_version, same_commit: '\${target.sha}', in_a_row: 3 }
${healthCondition(answers)}`,
}
