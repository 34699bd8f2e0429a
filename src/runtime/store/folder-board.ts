import { randomBytes } from 'node:crypto'
import { link, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT } from '../../core/exit.ts'
import { isPlainObject } from '../../core/json.ts'
import { parseJson } from '../../core/parse-json.ts'
import { Problem } from '../../core/problem.ts'
import { type Board, changed } from './board.ts'
import { ensureFolder, isCode, syncFolder, writeNew } from './durable.ts'
import { requireLocal } from './network-folder.ts'

// A board in a folder on this machine: `<n>.json` holds the n-th state whole, and the highest number counts. To write is
// to link a finished file to the next number, which the kernel grants to one process only; nothing is ever overwritten,
// so there is no moment without a state, and no stale lock file to clean up.

const FORMAT = 1
const STATE = /^(\d+)\.json$/
/** A state may be pruned between the look at its name and the reading of it: so often we look again. */
const LOOKS = 100
/** Older states are removed; the last ones stay for whoever is about to read them. */
const KEPT = 4

interface State {
  format: typeof FORMAT
  /** Different in every state, and that of the state before: a writer can tell whether it was built upon. */
  id: string
  former: string
  files: Record<string, string>
}

export function folderBoard(folder: string): Board {
  return {
    place: folder,

    async read() {
      for (let look = 0; look < LOOKS; look += 1) {
        const n = await newest(folder)
        if (n === 0) return { version: '', files: {} }
        const state = await stateAt(pathOf(folder, n))
        if (state !== undefined) return { version: `${n}.${state.id}`, files: state.files }
      }
      throw unreachable(folder, new Error('it changes faster than it can be read'))
    },

    async write(former, changes) {
      const [number = '', formerId = ''] = former.version.split('.')
      const n = Number(number) + 1
      const files = changed(former.files, changes)
      const state: State = { format: FORMAT, id: randomBytes(8).toString('hex'), former: formerId, files }
      if (!(await placed(folder, pathOf(folder, n), state))) return undefined
      if (!(await counts(folder, n, state.id))) return undefined
      await prune(folder, n)
      return { version: `${n}.${state.id}`, files }
    },
  }
}

/**
 * Whether what was linked is, or was, the newest. Whoever slept so long that its number had been used and pruned
 * meanwhile was not the first after all. In doubt it was not: who reads again finds what it wrote, or does not.
 */
async function counts(folder: string, n: number, id: string): Promise<boolean> {
  if ((await newest(folder)) === n) return true
  return (await stateAt(pathOf(folder, n + 1)))?.former === id
}

function pathOf(folder: string, n: number): string {
  return join(folder, `${n}.json`)
}

async function newest(folder: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(folder)))
}

async function numbersIn(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder)
    return names.flatMap((name) => STATE.exec(name)?.[1] ?? []).map(Number)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw unreachable(folder, error)
  }
}

/** undefined when somebody has taken the number. */
async function placed(folder: string, path: string, state: State): Promise<boolean> {
  const draft = `.${state.id}.part`
  try {
    await ensureFolder(folder)
    await requireLocal(folder)
    await writeNew(folder, draft, `${JSON.stringify(state)}\n`)
    await link(join(folder, draft), path)
    await syncFolder(folder)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error instanceof Problem ? error : unreachable(folder, error)
  } finally {
    await discard(join(folder, draft))
  }
}

async function prune(folder: string, n: number): Promise<void> {
  const old = (await numbersIn(folder)).filter((one) => one <= n - KEPT)
  await Promise.all(old.map((one) => discard(join(folder, `${one}.json`))))
}

async function discard(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    // Gone already, or on a disk that takes nothing any more: it counts for nothing either way.
    if (!isCode(error, 'ENOENT', 'EROFS', 'EACCES', 'ENOTDIR')) throw error
  }
}

async function stateAt(path: string): Promise<State | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw unreachable(path, error)
  }
  return readState(text, path)
}

/** What cannot be read blocks: nobody knows whose lock it was. */
function readState(text: string, path: string): State {
  const value: unknown = parseJson(text)
  if (isPlainObject(value) && value['format'] !== FORMAT && typeof value['format'] === 'number') {
    throw new Problem({
      code: 'store-foreign',
      message: `${path} has format ${value['format']}; this version reads format ${FORMAT}`,
      cure: 'use the version of the tool that wrote it',
      exit: EXIT.refused,
    })
  }
  const { id, former, files } = isPlainObject(value) ? value : {}
  if (typeof id === 'string' && typeof former === 'string' && isTexts(files))
    return { format: FORMAT, id, former, files }
  throw new Problem({
    code: 'store-damaged',
    message: `${path} is damaged: whether a rollback is under way cannot be read from it`,
    cure: `make sure that none is (rollback status), then remove ${path}`,
    exit: EXIT.refused,
  })
}

function isTexts(value: unknown): value is Record<string, string> {
  return isPlainObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function unreachable(place: string, cause: unknown): Problem {
  return new Problem({
    code: 'store-unreachable',
    message: `the store ${place} cannot be used, and nothing is done without it`,
    found: cause instanceof Error ? cause.message : String(cause),
    cure: 'make it writable, free the disk, or choose another folder with the environment variable ROLLBACK_STORE',
    exit: EXIT.refused,
    cause,
  })
}
