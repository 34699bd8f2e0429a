export interface DemoPlaces {
  /** Where the service answers. */
  url: string
  /** `127.0.0.1:PORT/acme/api`. */
  repository: string
  /** A file that holds the address of the deploy hook. */
  hookFile: string
}

/** The demo's runbook: what a team would write, but for the addresses, and with shorter times. */
export function demoRunbook({ url, repository, hookFile }: DemoPlaces): string {
  return `version: 1
service: acme-api

environments:
  production: { url: ${quoted(url)}, tag: production }

secrets:                                  # where they are, never what they are
  deploy_hook: { file: ${quoted(hookFile)} }

release:
  live: { signal: live_version }          # what runs now

signals:
  live_version:
    http: { url: '\${vars.url}/api/version', json: $.commit }
    every: 250ms
  health:
    http: { url: '\${vars.url}/api/health', expect: [{ json: $.ok, is: true }] }
    every: 250ms

procedures:
  retag:
    use_when: the image of the version still exists
    steps:
      - id: image                         # the production tag goes back to the version
        uses: registry.retag
        with:
          repository: ${quoted(repository)}
          tag: '\${vars.tag}'
          to: '\${target.sha}'
          backup: 'rollback-\${run.stamp}'
      - id: redeploy                      # the host pulls what the tag points to
        uses: render.deploy-hook
        with:
          url: '\${secrets.deploy_hook}'
    verify:                               # what proves it
      within: 30s
      must:
        - { signal: live_version, same_commit: '\${target.sha}', in_a_row: 3 }
        - { signal: health, passing: true, in_a_row: 3 }
    undo:                                 # the version that was left need not be healthy
      verify:
        within: 30s
        must:
          - { signal: live_version, same_commit: '\${target.sha}', in_a_row: 3 }
`
}

/** Every JSON string is a YAML string: a folder's name may hold anything. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
