import { isMap, type Node } from 'yaml'

import type { Diagnostic } from './diagnostic.ts'
import { pathText, type Path } from './path.ts'
import { diagnosticAt, lineAt, type Finding, type Source, type Span } from './source.ts'
import { placeOf, spanOf, type Place } from './syntax-tree.ts'

/** Mistakes shown at most: beyond, the first ones have usually caused the rest. */
const MOST = 20

/** Mistakes looked into at most: finding the place of each takes time too. */
export const ENOUGH = 200

/** Collects what is wrong with one document, each at its place. */
export interface Report {
  /** About the value that a path leads to, or what is nearest to it. */
  value(path: Path, finding: Finding): void
  /** About the key itself. */
  key(path: Path, finding: Finding): void
  place(path: Path): Place
  /** What stands behind the value's key on its line, comments included. */
  restOfLine(path: Path): string
  written(path: Path): string
  /** More would not be shown. */
  full(): boolean
}

export function createReport(source: Source, root: Node, diagnostics: Diagnostic[]): Report {
  const place = (path: Path): Place => placeOf(root, path)

  function add(span: Span, path: Path, finding: Finding): void {
    diagnostics.push(diagnosticAt(source, span, { ...finding, path: pathText(path) }))
  }

  const full = (): boolean => diagnostics.length >= ENOUGH

  return {
    full,
    place,
    value(path, finding) {
      if (full()) return
      const found = place(path)
      const whole = found.depth === path.length
      add(whole && isLeaf(found) ? found.value : (found.key ?? firstWord(found)), path, finding)
    },
    key(path, finding) {
      if (full()) return
      const found = place(path)
      add(found.key ?? firstWord(found), path, finding)
    },
    restOfLine(path) {
      const found = place(path)
      const end = (found.key ?? found.value)[1]
      const line = lineAt(source, end)
      return line.text.slice(end - line.start)
    },
    written(path) {
      const [start, end] = place(path).value
      return source.text.slice(start, end)
    },
  }
}

/** A map or list over many lines is shown by its key; what fits in a word by itself. */
function isLeaf({ node }: Place): boolean {
  return node === null || (!('items' in node) && nonEmpty(node))
}

function firstWord({ node, value }: Place): Span {
  const pair = isMap(node) ? node.items[0] : undefined
  return pair === undefined ? value : spanOf(pair.key)
}

function nonEmpty(node: Node): boolean {
  return node.range !== undefined && node.range !== null && node.range[1] > node.range[0]
}

/** In the order of the file, each place once, and not too many. */
export function tidy(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sorted = diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const places = new Set<string>()
  const distinct = sorted.filter((one) => {
    const place = `${one.line}:${one.column}:${one.code === 'missing-key' ? one.message : ''}`
    return !places.has(place) && places.add(place)
  })
  const next = distinct[MOST]
  if (next === undefined) return distinct
  const left = distinct.length - MOST
  return [
    ...distinct.slice(0, MOST),
    {
      ...next,
      code: 'more',
      message: `${left} more ${left === 1 ? 'mistake' : 'mistakes'} from here on`,
      cure: 'correct those above first',
    },
  ]
}
