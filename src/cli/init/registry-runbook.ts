import type { Example } from './examples.ts'
import { HEALTH_PATH, healthCondition, healthSignal } from './health.ts'
import { fits, SERVICE, URL, VERSION_FIELD, VERSION_PATH } from './questions.ts'

/** An image tag that a platform deploys from, and a hook that makes it deploy. */
export const registryRunbook: Example = {
  name: 'registry-render',
  summary: 'an image tag in a registry, and a deploy hook (Render)',
  questions: [
    SERVICE,
    {
      id: 'repository',
      text: 'Repository of the image',
      usual: 'ghcr.io/acme/api',
      problem: fits(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/, 'registry/name, without a tag'),
    },
    {
      id: 'tag',
      text: 'Tag that production runs from',
      usual: 'prod-latest',
      problem: fits(/^\w[\w.-]*$/, 'a tag: letters, digits, ".", "_" and "-"'),
    },
    {
      id: 'hook',
      text: 'Environment variable that holds the deploy hook',
      usual: 'RENDER_DEPLOY_HOOK',
      problem: fits(/^[A-Za-z_]\w*$/, 'the name of a variable, never the hook itself'),
    },
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
    tag: '${answers['tag']}'

# References only: the value is read when it is used, and never written down.
secrets:
  deploy_hook: { env: ${answers['hook']} }

release:
  live: { signal: live_version }

signals:
  live_version:
    http:
      url: '\${vars.url}${answers['versionPath']}'
      json: ${answers['versionField']}
${healthSignal(answers)}
procedures:
  retag:
    use_when: the image of the target still exists
    steps:
      # Points the tag at the image of the target; the former one is kept under a backup tag.
      - id: image
        uses: registry.retag
        with:
          repository: '${answers['repository']}'
          tag: '\${vars.tag}'
          to: '\${target.sha}'
          backup: 'rollback-\${run.stamp}'
      # Makes the platform deploy what the tag points at now.
      - id: redeploy
        uses: render.deploy-hook
        with:
          url: '\${secrets.deploy_hook}'
    verify:
      within: 5m
      must:
        - { signal: live_version, same_commit: '\${target.sha}', in_a_row: 3 }
${healthCondition(answers)}`,
}
