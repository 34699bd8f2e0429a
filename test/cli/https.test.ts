import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { selfSigned } from '../helpers/certificate.ts'
import { describeWith } from '../helpers/need.ts'
import { folder, rollback } from './program.ts'

// What runs in production speaks TLS, and a bundle can lose the way to it without any test of the sources noticing.

describeWith(['openssl'], 'the built program over https', () => {
  test('trusts the authority it is told of, and no other', async () => {
    await using here = await folder()
    const key = join(here.path, 'key.pem')
    const cert = join(here.path, 'cert.pem')
    await selfSigned('localhost', { key, cert })
    const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) =>
      response.end('{"commit":"1a2b3c4"}'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/version`
      await writeFile(join(here.path, 'rollback.yaml'), runbook(url))
      expect(await readiness(here.path, { NODE_EXTRA_CA_CERTS: cert })).toContain('"1a2b3c4"')
      expect(await readiness(here.path, {})).toContain('is not trusted')
    } finally {
      server.close()
    }
  })
})

async function readiness(cwd: string, env: Record<string, string>): Promise<string> {
  return (await rollback(['plan', '--json'], { cwd, env })).stdout
}

const runbook = (url: string) => `version: 1
service: api
signals:
  live: { http: { url: '${url}', json: $.commit } }
procedures:
  redeploy:
    steps:
      - { id: redeploy, uses: command.run, with: { argv: ['true'] } }
    verify: { within: 1s, must: [{ signal: live, passing: true }] }
`
