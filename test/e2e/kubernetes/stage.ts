import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect } from 'vitest'
import { stringify } from 'yaml'

import type { TestKubernetes } from '../../helpers/kubernetes.ts'
import { type Finished, poll, run } from '../../helpers/process.ts'
import { type Stoppable, stoppable } from '../../helpers/stoppable.ts'
import { type Cli, type CliResult, makeCli } from '../helpers/cli.ts'

const PROGRAM = fileURLToPath(new URL('../../../bin/rollback.js', import.meta.url))

/** The last version that worked, and the one whose deployment is the incident. */
export const GOOD = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
export const BAD = 'b0bacafe00112233445566778899aabbccddeeff'

type Sketch = Partial<Parameters<TestKubernetes['applyDeployment']>[0]>

/** What a test wants otherwise than the usual runbook has it. */
interface RunbookChanges {
  readonly top?: object
  readonly procedure?: object
  readonly step?: object
  readonly with?: object
}

/** A namespace of its own, and the program with a runbook for the Deployment `api` in it. */
export interface Space extends Stoppable {
  readonly namespace: string
  readonly cli: Cli
  /** One revision for each image, in this order; each is waited for, unless it never gets ready. */
  deploy(images: readonly string[], more?: Sketch): Promise<void>
  /** Writes it anew. */
  runbook(changes?: RunbookChanges): Promise<void>
  /** In this namespace, as admin; must succeed. */
  kubectl(...args: readonly string[]): Promise<string>
  /** In a shell, as a person does with a line that was printed. */
  type(line: string): Promise<Finished>
  /** The image that the Deployment asks for. */
  image(name?: string): Promise<string>
  /** The judge: this image, and `kubectl rollout status` says that it has rolled out. */
  runs(image: string, name?: string): Promise<void>
}

let spaces = 0

export async function openSpace(
  cluster: TestKubernetes,
  env: Readonly<Record<string, string>> = {},
): Promise<Space> {
  const namespace = `shop-${++spaces}`
  const cli = await makeCli({ KUBECONFIG: cluster.kubeconfigPath, ...env })
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await cluster.kubectl('-n', namespace, ...args)
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const image = (name = 'api'): Promise<string> =>
    kubectl('get', `deployment/${name}`, '-o', 'jsonpath={.spec.template.spec.containers[0].image}')
  const runbook = (changes: RunbookChanges = {}): Promise<void> =>
    writeFile(join(cli.folder, 'rollback.yaml'), runbookText(namespace, changes))
  await runbook()
  const bin = await makeBin(cli.folder)
  const typing = { cwd: cli.folder, env: { ...cli.env, PATH: `${bin}${delimiter}${cli.env['PATH']}` } }
  const parts: Omit<Space, keyof Stoppable> = {
    namespace,
    cli,
    runbook,
    kubectl,
    type: (line) => run('sh', ['-c', line], typing),
    image,
    deploy: (images, more = {}) => deploy(cluster, namespace, images, more),
    async runs(wanted, name = 'api') {
      expect(await image(name)).toBe(wanted)
      expect(await cluster.waitForRollout(namespace, name)).toBe(true)
    },
  }
  return stoppable(parts, () => cli.stop())
}

async function deploy(
  cluster: TestKubernetes,
  namespace: string,
  images: readonly string[],
  more: Sketch,
): Promise<void> {
  const { name = 'api' } = more
  for (const image of images) {
    await cluster.applyDeployment({ namespace, name, image, ...more })
    const isThere = image.includes('broken')
      ? await poll(() => hasRevision(cluster, namespace, image), 20_000, 100)
      : await cluster.waitForRollout(namespace, name)
    if (!isThere) throw new Error(`${image} was not deployed`)
  }
}

/** The controller has made a ReplicaSet for it, and has numbered it. */
async function hasRevision(cluster: TestKubernetes, namespace: string, image: string): Promise<boolean> {
  const each =
    '{range .items[*]}{.spec.template.spec.containers[0].image} {.metadata.annotations.deployment\\.kubernetes\\.io/revision}{"\\n"}{end}'
  const { stdout } = await cluster.kubectl('-n', namespace, 'get', 'rs', '-o', `jsonpath=${each}`)
  return stdout.split('\n').some((line) => line.startsWith(`${image} `) && /\d$/.test(line))
}

/** The runbook of a team without an endpoint that tells a version, with times for tests. */
function runbookText(namespace: string, changes: RunbookChanges): string {
  return stringify({
    version: 1,
    service: 'shop',
    procedures: {
      service: {
        steps: [
          {
            id: 'api',
            uses: 'kubernetes.deployment',
            with: { namespace, name: 'api', ...changes.with },
            timeout: '60s', // Only what never holds waits that long; such tests change it.
            retry: { attempts: 3, backoff: '20ms' },
            ...changes.step,
          },
        ],
        ...changes.procedure,
      },
    },
    ...changes.top,
  })
}

/** The result's exit code, with all that was printed where it is another. */
export function expectExit(result: CliResult, exitCode: number): void {
  if (result.exitCode !== exitCode)
    throw new Error(`it ended with ${result.exitCode} instead of ${exitCode}:\n${result.output}`)
}

/** The line of a text that begins like this, without its indentation: a command to be copied. */
export function lineWith(text: string, beginning: string): string {
  const line = text
    .split('\n')
    .map((each) => each.trim())
    .find((each) => each.startsWith(beginning))
  if (line === undefined) throw new Error(`no line begins with "${beginning}":\n${text}`)
  return line
}

/** The admin's kubeconfig, but for another address of the API server. */
export async function kubeconfigVia(cluster: TestKubernetes, server: string, path: string): Promise<string> {
  const config = await readFile(cluster.kubeconfigPath, 'utf8')
  await writeFile(path, config.replaceAll(cluster.server, server))
  return path
}

/** `rollback`, as it is typed. */
async function makeBin(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'rollback'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`)
  await chmod(join(bin, 'rollback'), 0o755)
  return bin
}
