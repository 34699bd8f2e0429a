import { randomUUID } from 'node:crypto'

import { findProgram } from '../test/helpers/need.ts'
import { tempFolder } from '../test/helpers/folder.ts'
import { digestOf, pushImage, skopeoRaw } from '../test/helpers/images.ts'
import { startRegistry, type TestRegistry } from '../test/helpers/registry.ts'
import { type DockerDaemon, startDockerDaemon } from './docker-daemon.ts'
import { type Contender, measure } from './measure.ts'
import { type Benchmark, type Outcome, ratio } from './outcome.ts'
import { buildProgram, type Program } from './program.ts'
import {
  BARE,
  bareMover,
  copyTag,
  DOCKER,
  dockerMover,
  ROLLBACK,
  rollbackMover,
  SKOPEO,
  skopeoMover,
  type TagMover,
} from './tag-movers.ts'

const REPOSITORY = 'acme/api'
const SIZE_MB = 300
const OLD = '1'.repeat(40)
const NEW = '2'.repeat(40)
const TARGETS = [OLD, NEW] as const

export const retag: Benchmark = { run }

async function run(): Promise<Outcome> {
  await using folder = await tempFolder('bench')
  const program = await buildProgram(folder.path)
  await using registry = await startRegistry()
  const ourselves = rollbackMover(program, folder.path)
  const small = [ourselves, skopeoMover(), bareMover(program)]
  await pushImages(registry, SIZE_MB)
  const measured = await measure(await contenders(registry, small, 'small'), { rounds: 15, warmUps: 2 })
  const withDocker = await compareWithDocker(registry, ourselves)

  return {
    title: 'Retag',
    about: `A tag of a real registry on loopback is pointed at another image of ${SIZE_MB} MB and the former one is kept under a backup tag. After every run the registry is asked by skopeo whether the tag has moved.`,
    measured: [...measured, ...withDocker.measured],
    ratios: [
      ratio(measured, ROLLBACK, SKOPEO, { aim: 1.5, limit: 3 }),
      ...(withDocker.measured.length === 0
        ? []
        : [ratio(withDocker.measured, nextTo(DOCKER), DOCKER, { limit: 0.1 })]),
    ],
    counts: await countRequests(program, folder.path, small),
    notes: [
      `\`${ROLLBACK}\` is the whole command: read the runbook, plan, write the journal, back up, move, read back, prove.`,
      `\`${BARE}\` is the floor: no plan, no look before the write, no record. It is not compared, because it does not do the same.`,
      ...withDocker.notes,
    ],
    notMeasured: [
      `A network. On one, \`${DOCKER}\` moves ${2 * SIZE_MB} MB where the others move some kilobytes, while a request costs tens of milliseconds: then the number of requests decides between \`${ROLLBACK}\` and \`${SKOPEO}\`.`,
      'A registry that limits how often it is asked.',
      'What comes after the tag has moved: the deployment, and the measurements that prove it.',
    ],
  }
}

// ---------------------------------------------------------------- contenders

/** Every mover has a tag of its own and moves it to and fro; what a run left undone throws. */
async function contenders(
  registry: TestRegistry,
  movers: readonly TagMover[],
  group: string,
): Promise<Contender[]> {
  return Promise.all(movers.map((mover, index) => contender(registry, mover, `prod-${group}-${index}`)))
}

async function contender(registry: TestRegistry, mover: TagMover, tag: string): Promise<Contender> {
  const { name, prepare, move, identity = 'manifest' } = mover
  const place = { host: registry.judgeHost, repository: REPOSITORY, tag }
  const identities = (...references: readonly string[]): Promise<string[]> =>
    Promise.all(references.map((reference) => identify(registry, reference, identity)))
  await copyTag(place, NEW, tag)
  const [old = '', newer = ''] = await identities(OLD, NEW)
  let moves = 0
  const next = () => ({
    target: moves % 2 === 0 ? OLD : NEW,
    backup: `${tag}-backup-${moves}`,
    due: moves % 2 === 0 ? [old, newer] : [newer, old],
  })
  return {
    name,
    ...(prepare === undefined ? {} : { prepare }),
    run() {
      const { target, backup } = next()
      return move(place, target, backup)
    },
    async check() {
      const { backup, due } = next()
      const now = await identities(tag, backup)
      if (now.join() !== due.join())
        throw new Error(`${name}: tag and backup are ${now.join(', ')} instead of ${due.join(', ')}`)
      moves += 1
    },
  }
}

/** By a tool that is not ours. */
async function identify(
  registry: TestRegistry,
  reference: string,
  identity: 'manifest' | 'config',
): Promise<string> {
  const raw = await skopeoRaw(registry, REPOSITORY, reference)
  if (identity === 'manifest') return digestOf(raw)
  return (JSON.parse(raw) as { config: { digest: string } }).config.digest
}

function nextTo(name: string): string {
  return `${ROLLBACK}, beside ${name}`
}

async function compareWithDocker(registry: TestRegistry, ourselves: TagMover) {
  if (findProgram('dockerd') === undefined || process.getuid?.() !== 0)
    return { measured: [], notes: ['Docker was left out: it needs `dockerd` and root.'] }
  await using daemon: DockerDaemon = await startDockerDaemon()
  const [driver, version] = (await daemon.docker('info', '--format', '{{.Driver}} {{.ServerVersion}}')).split(
    ' ',
  )
  const movers = [{ ...ourselves, name: nextTo(DOCKER) }, dockerMover(daemon)]
  return {
    measured: await measure(await contenders(registry, movers, 'docker'), { rounds: 5, warmUps: 1 }),
    notes: [
      `\`${DOCKER}\`: Docker ${version?.trim()}, ${driver}, without the images at the start of each run, as on a machine that has not run this service. It writes the manifest anew, so an image that something else has pushed gets another digest; what is compared there is the configuration's.`,
    ],
  }
}

// ---------------------------------------------------------------- counting

async function countRequests(
  program: Program,
  folder: string,
  movers: readonly TagMover[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  await using open = await startRegistry()
  for (const mover of movers) {
    await moveOnce(open, mover)
    counts[`requests: ${mover.name}`] = open.requests().length
    if (mover.name === ROLLBACK) Object.assign(counts, byMethod(open))
  }
  await using guarded = await startRegistry({ auth: 'token' })
  const tokens = await moveOnce(guarded, rollbackMover(program, folder))
  const refused = guarded.requests().filter(({ status }) => status === 401)
  counts[`requests: ${ROLLBACK}, where a login is needed`] = guarded.requests().length + tokens
  counts['of them answered 401'] = refused.length
  counts['of them for tokens'] = tokens
  return counts
}

/** With small images: nothing that is counted here moves a layer. Returns the number of tokens asked for. */
async function moveOnce(registry: TestRegistry, { move }: TagMover): Promise<number> {
  const { host, credentials, proxy, tokenServer } = registry
  await pushImages(registry)
  await pushImage(registry, REPOSITORY, 'prod', { kind: 'docker', commit: NEW })
  proxy.forgetRequests()
  const before = tokenServer?.requests.length ?? 0
  await move({ host, repository: REPOSITORY, tag: 'prod', credentials }, OLD, `backup-${randomUUID()}`)
  return (tokenServer?.requests.length ?? 0) - before
}

function byMethod(registry: TestRegistry): Record<string, number> {
  const methods = Object.groupBy(registry.requests(), ({ method }) => method)
  return Object.fromEntries(
    Object.entries(methods).map(([method, requests = []]) => [`of them ${method}`, requests.length]),
  )
}

/** Docker's own format, which old daemons can pull; they take no other. */
async function pushImages(registry: TestRegistry, sizeMB = 0): Promise<void> {
  for (const commit of TARGETS)
    await pushImage(registry, REPOSITORY, commit, { kind: 'docker', commit, sizeMB })
}
