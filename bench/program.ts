import { execFile } from 'node:child_process'
import { cp, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

export interface Program {
  /** The Node that runs it: a real file, no link and no shell in between. */
  readonly node: string
  /** The first argument. */
  readonly entry: string
}

/** Builds the bundle into a folder of its own, so that nobody who builds meanwhile changes what is measured. */
export async function buildProgram(folder: string): Promise<Program> {
  const place = join(folder, 'program')
  await mkdir(place, { recursive: true })
  const dist = join(place, 'dist')
  await execute(
    process.execPath,
    [join(CHECKOUT, 'node_modules/rolldown/bin/cli.mjs'), '--config', '--dir', dist, '--log-level', 'warn'],
    {
      cwd: CHECKOUT,
    },
  )
  await cp(join(CHECKOUT, 'bin'), join(place, 'bin'), { recursive: true })
  await cp(join(CHECKOUT, 'package.json'), join(place, 'package.json'))
  return { node: await ownNode(), entry: join(place, 'bin', 'rollback.js') }
}

export function inCheckout(path: string): string {
  return join(CHECKOUT, path)
}

/** What a terminal would give, and nothing that npm or a debugger has added. */
export function plainEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...extra }
}

async function ownNode(): Promise<string> {
  return realpath(join(CHECKOUT, 'node_modules/.bin/node')).catch(() => process.execPath)
}
