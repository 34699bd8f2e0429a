import { Composer, isMap, isScalar, isSeq, Lexer, Parser, type Document, type Node } from 'yaml'

import type { Diagnostic } from './diagnostic.ts'
import type { Path } from './path.ts'
import { diagnosticAt, type Source, type Span } from './source.ts'
import { explainSyntax } from './syntax-traps.ts'

/** How deep maps and lists may be nested. Far deeper documents abort some versions of Node inside the composer. */
const DEEPEST = 64

type Token = Parameters<Composer['next']>[0]

/** The one document of the text as a tree of nodes; or the first syntax error. */
export function composeTree(source: Source): { root: Node } | { diagnostic: Diagnostic } {
  const tokens = tokensOf(source)
  if (!Array.isArray(tokens)) return { diagnostic: tokens }
  const refused = refuseStream(source, tokens)
  if (refused !== undefined) return { diagnostic: refused }
  const document = compose(tokens, source.text.length)
  const error = document?.errors[0] ?? document?.warnings[0]
  if (error !== undefined) return { diagnostic: explainSyntax(source, error) }
  const root = document?.contents
  if (root === null || root === undefined || (isScalar(root) && root.value === null))
    return {
      diagnostic: diagnosticAt(source, [0, 0], {
        code: 'empty',
        message: 'the runbook is empty',
        cure: 'start from an example: rollback init',
      }),
    }
  return { root }
}

/** Feeds the parser by hand, so that it stops at the first level too deep. */
function tokensOf(source: Source): Token[] | Diagnostic {
  const parser = new Parser()
  const tokens: Token[] = []
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length <= DEEPEST + 1) continue
    return diagnosticAt(source, [parser.offset, parser.offset + 1], {
      code: 'too-deep',
      message: `maps and lists are nested more than ${DEEPEST} levels deep`,
      cure: 'a runbook needs about ten levels; look for a bracket that is never closed',
    })
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

function refuseStream(source: Source, tokens: Token[]): Diagnostic | undefined {
  const directive = tokens.find((token) => token.type === 'directive')
  if (directive !== undefined)
    return diagnosticAt(source, [directive.offset, directive.offset + 1], {
      code: 'directive',
      message: 'YAML directives are not allowed: they change how the rest is read',
      cure: 'remove this line; if it is text, quote it',
    })
  const second = tokens.filter((token) => token.type === 'document')[1]
  if (second === undefined) return undefined
  return diagnosticAt(source, [second.offset, second.offset + 3], {
    code: 'several-documents',
    message: 'a second YAML document starts here; a runbook is one document',
    cure: 'put each service in a file of its own, or remove the ---',
  })
}

function compose(tokens: Token[], length: number): Document.Parsed | undefined {
  // Its own check for duplicate keys compares every key with every other one; ours is linear.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', merge: false })
  const [document] = composer.compose(tokens, true, length)
  return document
}

export interface Place {
  /** The key that leads to it; absent for members of a list. */
  key?: Span | undefined
  value: Span
  node: Node | null
  /** How many parts of the path there are in the document. */
  depth: number
}

/** Where a path leads, or as far as it goes. */
export function placeOf(root: Node, path: Path): Place {
  let place: Place = { value: spanOf(root), node: root, depth: 0 }
  for (const part of path) {
    const next = child(place.node, part)
    if (next === undefined) break
    place = { ...next, depth: place.depth + 1 }
  }
  return place
}

function child(node: Node | null, part: string | number): Omit<Place, 'depth'> | undefined {
  if (isSeq(node)) {
    const member = node.items[Number(part)]
    return member === undefined ? undefined : { value: spanOf(member), node: member as Node }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find((item) => keyText(item.key) === String(part))
  if (pair === undefined) return undefined
  const value = (pair.value ?? null) as Node | null
  return { key: spanOf(pair.key), value: value === null ? spanOf(pair.key) : spanOf(value), node: value }
}

/** A key as text, as it is written; undefined for a key that is a map or a list. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

export function spanOf(node: unknown): Span {
  const range = (node as Node | null | undefined)?.range
  return range ? [range[0], range[1]] : [0, 0]
}
