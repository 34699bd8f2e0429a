import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'

import type { Runbook } from '../core/model.ts'
import { MEGABYTE, readTextFile } from '../io/text-file.ts'
import type { Diagnostic } from '../runbook/diagnostic.ts'
import type { Chosen } from '../runbook/declared.ts'
import { findRunbook } from '../runbook/find.ts'
import type { LoadResult } from '../runbook/load.ts'
import { keyValues, usageError, whyUnreadable } from './usage.ts'

// Files are read synchronously: nothing else is to be done meanwhile, and promises of them take milliseconds to set up.

/** What is longer by less is refused with its own words. */
export const LONGEST_RUNBOOK = MEGABYTE

/** What a person typed about the runbook; see the shared options of the catalog. */
export interface RunbookOptions {
  runbook?: string | undefined
  env?: string | undefined
  set?: string[] | undefined
}

export type ReadRunbook =
  | { file: string; runbook: Runbook; environments: string[] }
  | { file: string; diagnostics: Diagnostic[] }

/** Finds, reads and checks the runbook for one environment; what is wrong with it is an answer here. */
async function readRunbook(options: RunbookOptions): Promise<ReadRunbook> {
  const { file, load } = await opened(options)
  return { file, ...(await load({ environment: options.env })) }
}

/** The same for every environment, and without inputs: all that is to be known before there is an incident. */
export async function readForCheck(options: RunbookOptions): Promise<ReadRunbook> {
  const { file, load } = await opened(options)
  const first = await load({ environment: options.env, withoutInputs: true })
  if (options.env !== undefined || 'diagnostics' in first) return { file, ...first }
  for (const environment of first.environments.slice(1)) {
    const other = await load({ environment, withoutInputs: true })
    if ('diagnostics' in other)
      return { file, diagnostics: other.diagnostics.map((one) => inEnvironment(one, environment)) }
  }
  return { file, ...first }
}

async function opened(
  options: RunbookOptions,
): Promise<{ file: string; load: (chosen: Chosen) => Promise<LoadResult> }> {
  const { parseRunbook } = await import('../runbook/load.ts')
  const file = options.runbook ?? (await findRunbook(namesIn))
  const text = textOf(file)
  const set = keyValues('--set', options.set ?? [])
  const parsed = parseRunbook({ path: resolve(file), shownAs: file, text })
  return {
    file,
    load: async (chosen) => ('diagnostics' in parsed ? parsed : parsed.load({ set, ...chosen })),
  }
}

function inEnvironment(diagnostic: Diagnostic, environment: string): Diagnostic {
  return { ...diagnostic, message: `${diagnostic.message} (in the environment "${environment}")` }
}

/** The file of the runbook where it may name a store; nothing is parsed that does not. */
export async function findForStore(named: string | undefined): Promise<string | undefined> {
  const file = named ?? (await findQuietly())
  return file !== undefined && /^["']?store["']?\s*:/m.test(textOf(file)) ? file : undefined
}

async function findQuietly(): Promise<string | undefined> {
  try {
    return await findRunbook(namesIn)
  } catch {
    // None, or a choice of several: then it has to be named to be looked at.
    return undefined
  }
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

function textOf(file: string): string {
  try {
    return readTextFile(file, LONGEST_RUNBOOK)
  } catch (error) {
    throw usageError(
      `the runbook ${file} ${whyUnreadable(error)}`,
      'Name one with --runbook <file>, or write one with: rollback init',
    )
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return readdirSync(directory)
  } catch {
    // A place that is not there holds no runbook.
    return []
  }
}
