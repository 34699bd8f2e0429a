import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'

import type { Diagnostic } from './diagnostic.ts'
import { pathText, type Path } from './path.ts'
import { ENOUGH } from './report.ts'
import { diagnosticAt, lineNumber, type Finding, type Source, type Span } from './source.ts'
import { keyText, spanOf } from './syntax-tree.ts'
import { quoted } from './syntax-traps.ts'
import { codePoint, forbiddenAt } from './text-limits.ts'

/** Keys that mean something else to JavaScript than to the author. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** The tree as plain data, and everything in it that a runbook may not hold: aliases, tags, equal keys, altered numbers. */
export function toPlain(source: Source, root: Node): { value: unknown; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []

  function report(span: Span, path: Path, finding: Finding): void {
    diagnostics.push(diagnosticAt(source, span, { ...finding, path: pathText(path) }))
  }

  function visit(node: unknown, path: Path): unknown {
    const refused = refusal(node, source)
    if (refused !== undefined) report(refused.span, path, refused.finding)
    if (isMap(node)) return visitMap(node, path)
    if (isSeq(node)) return node.items.map((item, index) => visit(item, [...path, index]))
    return isScalar(node) ? node.value : null
  }

  function visitMap(map: YAMLMap, path: Path): Record<string, unknown> {
    const seen = new Map<string, Span>()
    const result: Record<string, unknown> = {}
    for (const pair of map.items) {
      if (diagnostics.length >= ENOUGH) break
      const key = keyText(pair.key)
      const finding = refusedKey(key, pair, seen, source)
      if (finding !== undefined || key === undefined) {
        report(spanOf(pair.key), key === undefined ? path : [...path, key], finding ?? COLLECTION_KEY)
        continue
      }
      seen.set(key, spanOf(pair.key))
      result[key] = visit(pair.value, [...path, key])
    }
    return result
  }

  return { value: visit(root, []), diagnostics }
}

const COLLECTION_KEY: Finding = {
  code: 'collection-key',
  message: 'a key must be text, but this is a map or a list',
  cure: "for a reference write '${vars.name}', with the quotes",
}

function refusedKey(
  key: string | undefined,
  pair: Pair,
  seen: Map<string, Span>,
  source: Source,
): Finding | undefined {
  if (isAlias(pair.key)) return ALIAS
  if (key === undefined) return COLLECTION_KEY
  if ((pair.key as Scalar).anchor !== undefined) return ALIAS
  if (key === '<<')
    return { code: 'merge-key', message: 'merge keys (<<) are not allowed', cure: 'write the values out' }
  if (FORBIDDEN_KEYS.has(key))
    return { code: 'forbidden-key', message: `"${key}" cannot be a key`, cure: 'choose another name' }
  const bad = forbiddenAt(key)
  if (bad !== -1) return controlCharacter(key, bad)
  const first = seen.get(key)
  if (first === undefined) return undefined
  return {
    code: 'duplicate-key',
    message: `"${key}" is given twice: on line ${lineNumber(source, first[0])} and on line ${lineNumber(source, spanOf(pair.key)[0])}`,
    cure: 'remove one of them, or rename it',
  }
}

const ALIAS: Finding = {
  code: 'alias',
  message: 'YAML anchors (&name) and aliases (*name) are not allowed',
  cure: 'quote it if it is text; else write the value out, or use a variable: environments and ${vars.name}',
}

function refusal(node: unknown, source: Source): { span: Span; finding: Finding } | undefined {
  if (isAlias(node)) return { span: spanOf(node), finding: ALIAS }
  const span = spanOf(node)
  if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
    return { span: [Math.max(0, source.text.lastIndexOf('&', span[0])), span[0]], finding: ALIAS }
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'string') {
    const bad = forbiddenAt(node.value)
    return bad === -1 ? undefined : { span, finding: controlCharacter(node.value, bad) }
  }
  if (typeof node.value === 'number') {
    const finding = alteredNumber(node.value, node.source ?? '')
    return finding === undefined ? undefined : { span, finding }
  }
  return undefined
}

function controlCharacter(text: string, offset: number): Finding {
  return {
    code: 'control-character',
    message: `the text holds the invisible character ${codePoint(text, offset)}`,
    cure: 'remove it',
  }
}

/** A number whose text says more than its value: `1.10`, `7e12345`, `007`. In a runbook these are versions and commits. */
function alteredNumber(value: number, written: string): Finding | undefined {
  if (String(value) === written) return undefined
  const readAs = Number.isFinite(value) ? `the number ${value}` : 'a number without end'
  return {
    code: 'altered-number',
    message: `${written} is read as ${readAs}`,
    cure: `quote it if it is text: ${quoted(written)}${plainNumber(value) ? `; write ${value} if it is a number` : ''}`,
  }
}

function plainNumber(value: number): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(String(value))
}
