import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { Procedure, Runbook } from '../core/model.ts'
import type { Diagnostic } from '../runbook/diagnostic.ts'
import { findRunbook } from '../runbook/find.ts'
import { keyValues, usageError, whyUnreadable } from './usage.ts'

/** What a person typed about the runbook; see the shared options of the catalog. */
export interface RunbookOptions {
  runbook?: string | undefined
  env?: string | undefined
  set?: string[] | undefined
}

export type ReadRunbook =
  | { file: string; runbook: Runbook; environments: string[] }
  | { file: string; diagnostics: Diagnostic[] }

/** Finds, reads and checks the runbook; what is wrong with it is an answer here. */
export async function readRunbook(options: RunbookOptions): Promise<ReadRunbook> {
  const { loadRunbook } = await import('../runbook/load.ts')
  const file = options.runbook ?? (await findRunbook(namesIn))
  const path = resolve(file)
  const result = await loadRunbook({
    path,
    shownAs: file,
    text: await textOf(file),
    environment: options.env,
    set: keyValues('--set', options.set ?? []),
  })
  return { file, ...result }
}

/** The runbook, or a problem that shows everything that is wrong with it. */
export async function requireRunbook(options: RunbookOptions): Promise<Runbook> {
  const read = await readRunbook(options)
  if ('runbook' in read) return read.runbook
  const { formatDiagnostic } = await import('../runbook/diagnostic.ts')
  throw usageError(
    `the runbook ${read.file} is not valid`,
    read.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n\n'),
  )
}

export function chooseProcedure(runbook: Runbook, name: string | undefined): Procedure {
  const chosen =
    name === undefined ? runbook.procedures[0] : runbook.procedures.find((one) => one.name === name)
  if (chosen !== undefined) return chosen
  const names = runbook.procedures.map((one) => one.name)
  throw usageError(`there is no procedure "${name ?? ''}"`, `The runbook has: ${names.join(', ')}.`)
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usageError(
      `the runbook ${file} ${whyUnreadable(error)}`,
      'Name one with --runbook <file>, or write one with: rollback init',
    )
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch {
    // A place that is not there holds no runbook.
    return []
  }
}
