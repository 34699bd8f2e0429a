import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { tempFolder } from '../helpers/folder.ts'
import { run } from '../helpers/process.ts'
import type { Setting } from './world.ts'

/** Types the lines into a shell that has the secrets as variables, and stops at the first that fails. */
export async function typeByHand(lines: readonly string[], { secrets }: Setting): Promise<void> {
  await using home = await tempFolder('by-hand')
  // skopeo asks for a policy; a machine that has it installed from a package has one.
  const containers = join(home.path, '.config', 'containers')
  await mkdir(containers, { recursive: true })
  await writeFile(join(containers, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}')
  const script = ['set -eu', ...lines].join('\n')
  const env = { PATH: process.env['PATH'], HOME: home.path, ...secrets }
  const { exitCode, stdout, stderr } = await run('sh', ['-c', script], { env })
  if (exitCode !== 0) throw new Error(`the commands ended with ${exitCode}:\n${script}\n${stdout}${stderr}`)
}
