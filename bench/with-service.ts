import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { tempFolder } from '../test/helpers/folder.ts'
import type { Outcome } from './outcome.ts'
import { buildProgram } from './program.ts'

export interface Ground {
  node: string
  entry: string
  /** Of the service: http://127.0.0.1:<port>. */
  url: string
  /** Path of the runbook. */
  runbook: string
  folder: string
}

/** With the built program, a service that is measured, in a thread of its own, and a runbook for it. */
export async function withService(
  runbookFor: (url: string) => string,
  run: (ground: Ground) => Promise<Outcome>,
): Promise<Outcome> {
  await using folder = await tempFolder('bench')
  const { node, entry } = await buildProgram(folder.path)
  const service = new Worker(new URL('measured-service.ts', import.meta.url))
  try {
    const [port] = (await once(service, 'message')) as [number]
    const url = `http://127.0.0.1:${port}`
    const runbook = join(folder.path, 'rollback.yaml')
    await writeFile(runbook, runbookFor(url))
    return await run({ node, entry, url, runbook, folder: folder.path })
  } finally {
    await service.terminate()
  }
}
