import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

// What is told to be on disk is on disk: contents are synced before they get their name, and names by their folder.

/** On disk whole or not at all. A draft that a crash has left is in nobody's way. */
export async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const draft = draftOf(name)
  try {
    await writeNew(folder, draft, text)
    await rename(join(folder, draft), join(folder, name))
  } catch (error) {
    // On a full disk it would keep the room that the journal needs.
    await rm(join(folder, draft), { force: true })
    throw error
  }
}

/** Names of drafts begin with a dot, and are none of what they are drafts of. */
function draftOf(name: string): string {
  return `.${name}.${randomBytes(8).toString('hex')}.part`
}

/** A new file with its contents on disk; its name is durable only after `syncFolder`. */
export async function writeNew(folder: string, name: string, text: string): Promise<void> {
  const file = await open(join(folder, name), 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The same, and never in place of what is there: EEXIST. */
export async function linkNew(folder: string, name: string, text: string): Promise<void> {
  const draft = draftOf(name)
  try {
    await writeNew(folder, draft, text)
    await link(join(folder, draft), join(folder, name))
  } finally {
    await rm(join(folder, draft), { force: true })
  }
  await syncFolder(folder)
}

/** A folder with all that is to be in it, on disk whole or not at all; EEXIST or ENOTEMPTY where there is one already. */
export async function makeFolderDurably(
  parent: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await ensureFolder(parent)
  const draft = join(parent, draftOf(name))
  await mkdir(draft, { mode: 0o700 })
  try {
    for (const [file, text] of Object.entries(files)) await writeNew(draft, file, text)
    await syncFolder(draft)
    await rename(draft, join(parent, name))
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  await syncFolder(parent)
}

/** For its owner alone; what had to be made for it is on disk, too. */
export async function ensureFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** A new entry is durable only when its folder is synced too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
