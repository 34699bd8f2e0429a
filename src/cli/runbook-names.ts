import { readdir } from 'node:fs/promises'

import { isPlainObject } from '../core/json.ts'
import { readTextFile } from '../io/text-file.ts'
import { findRunbook } from '../runbook/find.ts'
import { toPlain } from '../runbook/plain.ts'
import type { Source } from '../runbook/source.ts'
import { composeTree } from '../runbook/syntax-tree.ts'
import { checkText } from '../runbook/text-limits.ts'
import { LONGEST_RUNBOOK } from './runbook.ts'

interface Name {
  value: string
  about: string
}

/** Names in a runbook, for completion: read with no check but that of its syntax, because a half-written runbook has names too. */
export async function namesInRunbook(
  what: 'environment' | 'procedure' | 'step',
  file: string | undefined,
): Promise<Name[]> {
  try {
    const path = file ?? (await findRunbook(list))
    const value = valueOf({ file: path, text: readTextFile(path, LONGEST_RUNBOOK) })
    return isPlainObject(value) ? namesOf(what, value).filter(({ value: name }) => isPrintable(name)) : []
  } catch {
    return []
  }
}

function valueOf(source: Source): unknown {
  if (checkText(source) !== undefined) return undefined
  const tree = composeTree(source)
  return 'diagnostic' in tree ? undefined : toPlain(source, tree.root).value
}

function namesOf(what: 'environment' | 'procedure' | 'step', runbook: Record<string, unknown>): Name[] {
  if (what === 'environment') return keysOf(runbook['environments']).map((value) => ({ value, about: '' }))
  const procedures = isPlainObject(runbook['procedures']) ? Object.entries(runbook['procedures']) : []
  if (what === 'procedure')
    return procedures.map(([value, procedure]) => ({ value, about: textIn(procedure, 'use_when') }))
  return procedures.flatMap(([, procedure]) => stepsOf(procedure))
}

function stepsOf(procedure: unknown): Name[] {
  const steps = isPlainObject(procedure) ? procedure['steps'] : undefined
  if (!Array.isArray(steps)) return []
  return steps.flatMap((step) => {
    const id = textIn(step, 'id')
    return id === '' ? [] : [{ value: id, about: textIn(step, 'uses') }]
  })
}

function keysOf(value: unknown): string[] {
  return isPlainObject(value) ? Object.keys(value) : []
}

function textIn(value: unknown, key: string): string {
  const text = isPlainObject(value) ? value[key] : undefined
  return typeof text === 'string' ? text.replaceAll(/\s+/g, ' ') : ''
}

/** A shell would take a tab or a line break as the end of a name. */
function isPrintable(name: string): boolean {
  return !/[\p{Cc}\p{Cf}]/u.test(name)
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch {
    return []
  }
}
