import { isValid, LONGEST_PATTERN, type Match, matches } from '../core/matches.ts'
import { nearest } from './nearest.ts'
import { asMap } from './loose.ts'
import type { Report } from './report.ts'
import type { Finding } from './source.ts'

/** What references can name, for one environment and one set of inputs. */
export interface Declared {
  environment: string
  environments: string[]
  vars: Record<string, string>
  /** Those with a value. */
  inputs: Record<string, string>
  inputNames: string[]
  secrets: string[]
}

export interface Chosen {
  environment?: string | undefined
  set?: Record<string, string> | undefined
  /** Inputs without a value stay references: enough to check a runbook, or to read its status. */
  withoutInputs?: boolean | undefined
}

/** Without `environments`, there is this one. */
const ONLY_ENVIRONMENT = 'production'

export function readDeclared(document: Record<string, unknown>, chosen: Chosen, report: Report): Declared {
  const environments = Object.keys(asMap(document.environments))
  if (environments.length === 0) environments.push(ONLY_ENVIRONMENT)
  const environment = chooseEnvironment(environments, chosen.environment, report)
  checkSameVariables(asMap(document.environments), report)
  return {
    environment,
    environments,
    vars: plainValues(asMap(document.environments)[environment]),
    inputs: readInputs(asMap(document.inputs), chosen, report),
    inputNames: Object.keys(asMap(document.inputs)),
    secrets: Object.keys(asMap(document.secrets)),
  }
}

function chooseEnvironment(names: string[], wanted: string | undefined, report: Report): string {
  const [first = ONLY_ENVIRONMENT] = names
  if (wanted === undefined || names.includes(wanted)) return wanted ?? first
  const near = nearest(wanted, names)
  report.key(['environments'], {
    code: 'unknown-environment',
    message: `there is no environment "${wanted}"`,
    cure: near === undefined ? `environments: ${names.join(', ')}` : `did you mean --env ${near}?`,
  })
  return first
}

/** A reference must not work in one environment and break in the next. */
function checkSameVariables(environments: Record<string, unknown>, report: Report): void {
  const owner = new Map<string, string>()
  for (const [environment, vars] of Object.entries(environments))
    for (const name of Object.keys(asMap(vars))) if (!owner.has(name)) owner.set(name, environment)
  for (const [environment, vars] of Object.entries(environments)) {
    for (const [name, other] of owner) {
      if (Object.hasOwn(asMap(vars), name)) continue
      report.key(['environments', environment], {
        code: 'missing-variable',
        message: `environment "${environment}" has no variable "${name}", but "${other}" has`,
        cure: 'every environment has the same variables',
      })
    }
  }
}

function plainValues(values: unknown): Record<string, string> {
  const plain = Object.entries(asMap(values)).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  )
  return Object.fromEntries(plain.map(([name, value]) => [name, String(value)]))
}

function readInputs(inputs: Record<string, unknown>, chosen: Chosen, report: Report): Record<string, string> {
  const given = chosen.set ?? {}
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(inputs, name)) continue
    const near = nearest(name, Object.keys(inputs))
    report.key(['inputs'], {
      code: 'unknown-input',
      message: `--set ${name}: the runbook has no input "${name}"`,
      cure:
        near === undefined
          ? `inputs: ${Object.keys(inputs).join(', ') || 'none'}`
          : `did you mean --set ${near}=…?`,
    })
  }
  const values: Record<string, string> = {}
  for (const [name, definition] of Object.entries(inputs)) {
    const value = inputValue(name, asMap(definition), given, chosen, report)
    if (value !== undefined) values[name] = value
  }
  checkPatterns(inputs, values, report)
  return values
}

function inputValue(
  name: string,
  definition: Record<string, unknown>,
  given: Record<string, string>,
  chosen: Chosen,
  report: Report,
): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : defaultOf(definition)
  if (value !== undefined) {
    const wrong = wrongInput(name, value)
    if (wrong !== undefined) report.key(['inputs', name], { code: 'invalid-input', ...wrong })
    return value
  }
  if (definition.required === false) return ''
  if (chosen.withoutInputs === true) return undefined
  const about = typeof definition.description === 'string' ? ` (${definition.description})` : ''
  report.key(['inputs', name], {
    code: 'missing-input',
    message: `the input "${name}"${about} has no value`,
    cure: `add --set ${name}=…`,
  })
  return undefined
}

function defaultOf({ default: value }: Record<string, unknown>): string | undefined {
  return plainValues({ value }).value
}

/** Longer input is refused before it meets a pattern. */
const LONGEST_INPUT = 1000

function wrongInput(name: string, value: string): { message: string; cure: string } | undefined {
  // A value is text, never a reference: else --set could name a secret.
  if (value.includes('${'))
    return { message: `the value of "${name}" holds \${`, cure: 'inputs are plain text, without references' }
  if (value.length > LONGEST_INPUT)
    return {
      message: `the value of "${name}" is longer than ${LONGEST_INPUT} characters`,
      cure: 'shorten it',
    }
  return undefined
}

/** Whether they are any good is found out before there is a value: not in the night in which one is given. */
function checkPatterns(
  inputs: Record<string, unknown>,
  values: Record<string, string>,
  report: Report,
): void {
  for (const [name, definition] of Object.entries(inputs)) {
    const { pattern } = asMap(definition)
    if (typeof pattern !== 'string') continue
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (!isValid(pattern))
      report.value(['inputs', name, 'pattern'], {
        code: 'invalid-pattern',
        message: `the pattern of "${name}" is not a regular expression of at most ${LONGEST_PATTERN} characters`,
        cure: 'correct the pattern',
      })
    // Refused already, for its length.
    else if (value !== undefined && value.length <= LONGEST_INPUT) {
      const match = matches(pattern, value)
      if (match !== 'yes') report.key(['inputs', name], mismatch(name, pattern, value, match))
      // The others may take as long.
      if (match === 'unusable') return
    }
  }
}

function mismatch(name: string, pattern: string, value: string, match: Exclude<Match, 'yes'>): Finding {
  if (match === 'unusable')
    return {
      code: 'invalid-pattern',
      message: `the pattern of "${name}" takes too long to tell whether ${JSON.stringify(value)} matches`,
      cure: 'simplify it: a repetition within a repetition, such as (a+)+, tries out every way to share the text',
    }
  return {
    code: 'invalid-input',
    message: `the value ${JSON.stringify(value)} of "${name}" does not match ${pattern}`,
    cure: 'the pattern must match the whole value',
  }
}
