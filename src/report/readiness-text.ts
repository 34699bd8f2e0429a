import type { Readiness } from '../core/plan/readiness.ts'
import { candidateLines } from './candidates-text.ts'
import { hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { brief, safeLine } from './safe-text.ts'

interface Item {
  name: string
  state: string
  /** What is there, or why it is not. */
  words: string
  cure?: string | undefined
}

const GOOD = new Set(['ready', 'measured'])

/** Whether a rollback would be refused today, as far as that can be known without a target. */
export function isReady(readiness: Readiness): boolean {
  return itemsThatCount(readiness).every((item) => GOOD.has(item.state))
}

/** Could we roll back today, and to what? */
export function readinessText(readiness: Readiness, look: Look): string {
  const open = itemsThatCount(readiness).filter((item) => !GOOD.has(item.state)).length
  const verdict =
    open === 0
      ? look.paint.good('Ready: nothing is known that would refuse a rollback.')
      : look.paint.bad(`Not ready: ${open === 1 ? 'one thing' : `${open} things`} would refuse a rollback.`)
  return sections([
    [
      heading(
        safeLine(`Readiness: ${readiness.service}, ${readiness.environment}, ${readiness.procedure}`),
        look,
      ),
      verdict,
    ],
    group('Surfaces', surfaceItems(readiness), look),
    group('Calls', callItems(readiness), look),
    group('Secrets', secretItems(readiness), look),
    group('Signals', signalItems(readiness), look),
    [heading('Versions to return to', look), ...candidateLines(readiness.candidates, look)],
  ])
}

/** A signal that fails is evidence, not an obstacle: a dead service never blocks its own rollback. */
function itemsThatCount(readiness: Readiness): Item[] {
  return [...surfaceItems(readiness), ...callItems(readiness), ...secretItems(readiness)]
}

function surfaceItems(readiness: Readiness): Item[] {
  return readiness.surfaces.map(({ step, surface, type, live, state, why, cure }) => ({
    name: `${step}: ${surface}`,
    state,
    words: why ?? `${type}, now ${live}`,
    cure,
  }))
}

function callItems(readiness: Readiness): Item[] {
  return readiness.calls.map(({ step, uses, state, why, cure }) => ({
    name: `${step}: ${uses}`,
    state,
    words: why ?? '',
    cure,
  }))
}

function secretItems(readiness: Readiness): Item[] {
  return readiness.secrets.map(({ name, from, state, why }) => ({
    name,
    state,
    words: why ?? `from ${from}`,
  }))
}

function signalItems(readiness: Readiness): Item[] {
  return readiness.signals.map(({ name, value, state }) => ({ name, state, words: value }))
}

function group(title: string, items: Item[], look: Look): string[] {
  if (items.length === 0) return []
  const width = Math.max(...items.map((item) => item.state.length))
  return [
    heading(title, look),
    ...items.flatMap((item) => {
      const state = item.state.padEnd(width)
      const painted = GOOD.has(item.state) ? look.paint.good(state) : look.paint.bad(state)
      const indent = ' '.repeat(width + 4)
      return [
        `  ${painted}  ${safeLine(item.name)}`,
        ...(item.words === '' ? [] : hanging(indent, brief(item.words), look)),
        ...(item.cure === undefined ? [] : hanging(`${indent}cure: `, safeLine(item.cure), look)),
      ]
    }),
  ]
}
