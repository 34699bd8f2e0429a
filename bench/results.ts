import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, totalmem } from 'node:os'

import { inCheckout } from './program.ts'
import { type Machine, markdown, type Result } from './report.ts'

const FOLDER = inCheckout('bench/results')
const JSON_FILE = `${FOLDER}/results.json`
const VERSION = 1

type Results = Record<string, Result>

/** Puts the new results beside those of benchmarks that were not run now. `order` is that of the report. */
export async function keep(results: Results, order: readonly string[]): Promise<void> {
  const all = { ...(await earlier()), ...results }
  const inOrder = Object.fromEntries(
    order.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const])),
  )
  await mkdir(FOLDER, { recursive: true })
  await writeFile(JSON_FILE, `${JSON.stringify({ version: VERSION, results: inOrder }, undefined, 2)}\n`)
  await writeFile(`${FOLDER}/README.md`, markdown(Object.values(inOrder)))
}

export function thisMachine(): Machine {
  return {
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(),
  }
}

async function earlier(): Promise<Results> {
  const text = await readFile(JSON_FILE, 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  const { version, results } = JSON.parse(text) as { version: number; results: Results }
  return version === VERSION ? results : {}
}
