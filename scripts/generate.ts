import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { outputs, type Output } from './generate/outputs.ts'

// Writes every file that repeats what the code says. With --check it writes nothing, and fails when one is out of date.

const ROOT = join(import.meta.dirname, '..')

async function current(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(ROOT, path), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function isStale({ path, render }: Output): Promise<boolean> {
  const wanted = await render()
  return wanted !== (await current(path))
}

async function check(): Promise<void> {
  for (const output of outputs) {
    if (!(await isStale(output))) continue
    console.error(`${output.path} is out of date: run npm run generate, and commit what it writes`)
    process.exitCode = 1
  }
}

async function write(): Promise<void> {
  for (const { path, render } of outputs) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true })
    await writeFile(join(ROOT, path), await render())
  }
}

await (process.argv.includes('--check') ? check() : write())
