import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'

// What is told to be on disk is on disk: contents are synced before they get their name, and names by their folder.

/** On disk whole or not at all. */
export async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const part = `${name}.part`
  await writeNew(folder, part, text)
  await rename(join(folder, part), join(folder, name))
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
