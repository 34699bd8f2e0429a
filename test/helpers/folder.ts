import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Stoppable, stoppable } from './stoppable.ts'

const left = new Set<string>()

// A worker that ends in the middle of a test never reaches `stop`; its folders must not pile up in /tmp.
process.once('exit', () => {
  for (const path of left) rmSync(path, { recursive: true, force: true })
})

/** An empty folder outside of the repository, removed by `stop` or, at the latest, when the process ends. */
export async function tempFolder(name = 'test'): Promise<{ readonly path: string } & Stoppable> {
  const path = await mkdtemp(join(tmpdir(), `rollback-${name}-`))
  left.add(path)
  return stoppable({ path }, async () => {
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
    left.delete(path)
  })
}
