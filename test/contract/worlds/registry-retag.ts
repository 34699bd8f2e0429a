import { createHash } from 'node:crypto'

import type { Surface } from '../../../src/core/contract.ts'
import { pushImage, skopeoDigest } from '../../helpers/images.ts'
import { REGISTRY_PROGRAMS, startRegistry, type TestRegistry } from '../../helpers/registry.ts'
import { stoppable } from '../../helpers/stoppable.ts'
import { breakProxy, type EffectFault, isChange, mendProxy, type Speech } from '../faults.ts'
import type { SetStage, SetWorld } from '../world.ts'

/** A registry that wants a login, two tags of one image, and skopeo as the judge. */
export const registryRetag: SetWorld = {
  kind: 'set',
  needs: REGISTRY_PROGRAMS,
  looks: {
    refused: 'unknown',
    cut: 'unknown',
    unauthorized: 'denied',
    forbidden: 'denied',
    missing: 'absent',
    failing: 'unknown',
    'timed-out': 'unknown',
    'foreign-404': 'unknown',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
  },
  applies: {
    refused: 'no',
    cut: 'unknown',
    unauthorized: 'no',
    forbidden: 'no',
    missing: 'no',
    failing: 'unknown',
    'timed-out': 'unknown',
    'foreign-404': 'no',
    page: 'unknown',
    garbage: 'unknown',
    'failing-garbage': 'unknown',
    lost: 'unknown',
  },
  async start() {
    const registry = await startRegistry({ auth: 'htpasswd' })
    let stages = 0
    return stoppable({ stage: () => stageIn(registry, `acme/api-${++stages}`) }, () => registry.stop())
  },
}

const TAGS = ['prod', 'latest']
const OLD = '0'.repeat(40)
const NEW = 'f'.repeat(40)

async function stageIn(registry: TestRegistry, name: string): Promise<SetStage> {
  const { proxy, credentials } = registry
  if (credentials === undefined) throw new Error('the registry wants no login')
  // One after another: several uploads of the same layers into one repository disturb each other in this registry.
  const push = async (commit: string, tags: readonly string[]): Promise<string> => {
    let digest = ''
    for (const tag of tags) digest = await pushImage(registry, name, tag, { commit })
    return digest
  }
  const wanted = await push(OLD, [OLD])
  await push(NEW, TAGS)
  let broken: EffectFault | undefined
  const here = `/v2/${name}/`

  return {
    options: {
      repository: `${registry.host}/${name}`,
      tag: TAGS,
      backup: 'kept',
      credentials: { username: credentials.username, password: '${secrets.REGISTRY_PASSWORD}' },
    },
    secrets: { REGISTRY_PASSWORD: credentials.password },
    release: { given: OLD, sha: OLD },
    wanted,
    judge: ({ id }: Surface) => skopeoDigest(registry, name, id.slice(id.lastIndexOf(':') + 1)),
    async meddle() {
      await push(createHash('sha1').update(name).digest('hex'), TAGS)
    },
    changes: async () =>
      registry
        .writes()
        .filter(({ path }) => path.startsWith(here))
        .map(({ method, path }) => `${method} ${path}`),
    async breakWith(fault, what) {
      broken = fault
      await breakProxy(proxy, fault, SPEECH, what === 'changes' ? isChange : undefined)
    },
    async mend() {
      if (broken !== undefined) await mendProxy(proxy, broken)
      broken = undefined
    },
  }
}

const CODES = { 401: 'UNAUTHORIZED', 403: 'DENIED', 404: 'MANIFEST_UNKNOWN', 500: 'UNKNOWN' } as const

const SPEECH: Speech = (status) => ({
  headers: {
    'content-type': 'application/json',
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="test"' } : {}),
  },
  body: JSON.stringify({ errors: [{ code: CODES[status], message: 'in the words of the registry' }] }),
})
