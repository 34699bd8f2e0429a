import { COMPARISONS } from '../core/conditions/sample.ts'
import { isPlainObject } from '../core/json.ts'
import { anyOf, fill, namespace, referencesIn } from '../core/template.ts'
import type { Declared } from './declared.ts'
import { nearest } from './nearest.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'

const TARGET = ['target', 'target.sha', 'target.short', 'target.tag']
const RUN = ['stamp', 'id', 'service', 'environment', 'procedure', 'reason'].map((name) => `run.${name}`)

/** Where references stand decides what they may name: a secret only in options, the target only in what is bound late. */
type Scope = 'nothing' | 'vars' | 'early' | 'late' | 'options' | 'measure'

/** The parts of the document in which references are filled. */
const FILLED = new Set([
  'deadline',
  'secrets',
  'release',
  'signals',
  'triggers',
  'unless',
  'max_downtime',
  'fix_forward',
  'guards',
  'capture',
  'procedures',
])

/** The document with `${vars.…}` and `${inputs.…}` filled in; the rest is bound late. */
export function fillEarly(document: Record<string, unknown>, declared: Declared): Record<string, unknown> {
  const lookup = anyOf(namespace('vars', declared.vars), namespace('inputs', declared.inputs))
  const entries = Object.entries(document)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, FILLED.has(key) ? fill(value, lookup) : value]),
  )
}

/** Every `${…}` of the document must name something, and something that may stand there. */
export function checkReferences(document: unknown, declared: Declared, report: Report): void {
  const known = knownNames(declared)

  function visit(value: unknown, path: Path): void {
    if (typeof value === 'string') return checkText(value, path)
    if (Array.isArray(value)) return value.forEach((member, index) => visit(member, [...path, index]))
    if (!isPlainObject(value)) return
    for (const [key, member] of Object.entries(value)) {
      if (key.includes('${'))
        report.key([...path, key], {
          code: 'reference-in-key',
          message: `the key "${key}" holds a reference`,
          cure: 'references stand in values only',
        })
      visit(member, [...path, key])
    }
  }

  function checkText(text: string, path: Path): void {
    if (unclosed(text))
      return report.value(path, {
        code: 'unclosed-reference',
        message: '${ without a closing }',
        cure: 'close it; for a literal ${ write $${',
      })
    const scope = scopeOf(path)
    for (const { name } of referencesIn(text)) checkName(name, scope, path)
  }

  function checkName(name: string, scope: Scope, path: Path): void {
    const possible = possibleIn(scope, known)
    if (possible.includes(name)) return
    const everywhere = possibleIn('measure', known)
    if (everywhere.includes(name))
      return report.value(path, {
        code: 'misplaced-reference',
        message: `\${${name}} cannot stand here`,
        cure: misplaced(name, scope),
      })
    report.value(path, {
      code: 'unknown-reference',
      message: `\${${name}} is not known`,
      cure: unknownCure(name, possible),
    })
  }

  visit(document, [])
}

type Known = Record<'vars' | 'inputs' | 'secrets', string[]>

function knownNames(declared: Declared): Known {
  return {
    vars: Object.keys(declared.vars).map((name) => `vars.${name}`),
    inputs: declared.inputNames.map((name) => `inputs.${name}`),
    secrets: declared.secrets.map((name) => `secrets.${name}`),
  }
}

function possibleIn(scope: Scope, { vars, inputs, secrets }: Known): string[] {
  const early = [...vars, ...inputs]
  const late = [...early, ...TARGET, ...RUN]
  const options = [...late, ...secrets]
  return { nothing: [], vars, early, late, options, measure: [...options, 'window'] }[scope]
}

const STRUCTURE = new Set(['id', 'uses', 'signal', 'needs'])
const PREDICATES = new Set(['equals', 'is', 'matches', 'same_commit', ...COMPARISONS])
const PROSE = new Set(['notes', 'use_when', 'links'])

function scopeOf(path: Path): Scope {
  const [part, , third] = path
  if (typeof part !== 'string' || !FILLED.has(part)) return 'nothing'
  if (part === 'signals') return path.length > 3 ? 'measure' : 'vars'
  if (part === 'capture') return path.length > 3 ? 'options' : 'vars'
  if (part !== 'procedures' && part !== 'guards') return path.at(-1) === 'signal' ? 'nothing' : 'vars'
  if (typeof third === 'string' && PROSE.has(third)) return 'early'
  if (third === 'steps' && (path[4] === 'with' || (path[4] === 'fallback' && path[5] === 'with')))
    return 'options'
  if (third === 'capture' && path.length > 5) return 'options'
  const key = path.findLast((one) => typeof one === 'string')
  if (key === undefined || STRUCTURE.has(key)) return 'nothing'
  return PREDICATES.has(key) ? 'late' : 'vars'
}

function misplaced(name: string, scope: Scope): string {
  if (name.startsWith('secrets.')) return 'secrets may be used in the options of steps and signals only'
  if (name === 'window') return 'it is known in the options of a signal only'
  if (scope === 'nothing') return 'write the value out: here the runbook must say the same for every run'
  return 'it is known only when a run starts; here, only ${vars.…} can be used'
}

function unknownCure(name: string, possible: string[]): string {
  const near = nearest(name, possible)
  if (near !== undefined) return `did you mean \${${near}}?`
  if (/^[A-Z_][A-Z0-9_]*$/.test(name))
    return `environment variables come in as secrets: { ${name.toLowerCase()}: { env: ${name} } }; for a literal \${ write $\${`
  if (possible.length === 0) return 'nothing can be filled in here; for a literal ${ write $${'
  return `known here: ${possible.join(', ')}; for a literal \${ write $\${`
}

function unclosed(text: string): boolean {
  return text.replaceAll(/\$\$\{|\$\{[^{}]*\}/g, '').includes('${')
}
