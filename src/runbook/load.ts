import type { Runbook } from '../core/model.ts'
import { platforms as registered } from '../platforms/index.ts'
import type { Filled } from './filled.ts'
import { checkQuestionNames } from './checks/question-names.ts'
import { checkCaptures } from './capture.ts'
import { checkEveryCondition } from './checks/every-condition.ts'
import { checkFixForward } from './checks/fix-forward.ts'
import { readDeclared, type Chosen, type Declared } from './declared.ts'
import type { Diagnostic } from './diagnostic.ts'
import { asMap } from './loose.ts'
import { toRunbook } from './normalise.ts'
import type { Platforms } from './options.ts'
import { toPlain } from './plain.ts'
import { checkProcedures } from './checks/procedures.ts'
import { checkReferences, fillEarly } from './references.ts'
import { createReport, tidy, type Report } from './report.ts'
import { runbookSchema } from './schema.ts'
import { checkSignals } from './checks/signals.ts'
import { checkTriggers } from './checks/triggers.ts'
import type { Source } from './source.ts'
import { composeTree } from './syntax-tree.ts'
import { checkText } from './text-limits.ts'
import { takeUnavailable } from './unavailable.ts'
import { validate } from './validate.ts'

export interface RunbookText {
  /** Absolute; goes into the runbook. */
  path: string
  text: string
  /** How diagnostics name the file; default `path`. */
  shownAs?: string | undefined
  platforms?: Platforms | undefined
}

export interface LoadOptions extends RunbookText, Chosen {}

export type LoadResult = { runbook: Runbook; environments: string[] } | { diagnostics: Diagnostic[] }

export interface ParsedRunbook {
  /** Checks it for one environment and one set of inputs; every mistake is found in one go. */
  load: (chosen: Chosen) => Promise<LoadResult>
}

/** Reads a runbook for one environment and one set of inputs. */
export async function loadRunbook(options: LoadOptions): Promise<LoadResult> {
  const parsed = parseRunbook(options)
  return 'diagnostics' in parsed ? parsed : parsed.load(options)
}

/** What is the same for every environment. Text and syntax stop at the first mistake. */
export function parseRunbook(file: RunbookText): ParsedRunbook | { diagnostics: Diagnostic[] } {
  const source: Source = { file: file.shownAs ?? file.path, text: file.text }
  const unreadable = checkText(source)
  if (unreadable !== undefined) return { diagnostics: [unreadable] }
  const tree = composeTree(source)
  if ('diagnostic' in tree) return { diagnostics: [tree.diagnostic] }
  const { value, diagnostics } = toPlain(source, tree.root)
  reportUnavailable(value, createReport(source, tree.root, diagnostics))
  return {
    load(chosen) {
      const found = [...diagnostics]
      return loadFor(chosen, file, value, found, createReport(source, tree.root, found))
    },
  }
}

async function loadFor(
  chosen: Chosen,
  { path, text, platforms = registered }: RunbookText,
  value: unknown,
  diagnostics: Diagnostic[],
  report: Report,
): Promise<LoadResult> {
  const declared = readDeclared(asMap(value), chosen, report)
  checkReferences(value, declared, report)
  const document: Filled = { raw: value, filled: fillIfMap(value, declared) }
  await checkSignals(document, platforms, report)
  checkTriggers(document, report)
  checkQuestionNames(asMap(document.filled), report)
  checkFixForward(document, report)
  checkEveryCondition(document, platforms, report)
  await checkProcedures(document, platforms, report)
  await checkCaptures(document, platforms, report)
  const file = validate(runbookSchema, document, [], report)
  if (diagnostics.length > 0 || file === undefined) return { diagnostics: tidy(diagnostics) }
  return { runbook: toRunbook(file, declared, { path, text }), environments: declared.environments }
}

function fillIfMap(value: unknown, declared: Declared): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? fillEarly(asMap(value), declared)
    : value
}

function reportUnavailable(value: unknown, report: Report): void {
  for (const path of takeUnavailable(value)) {
    report.key(path, {
      code: 'not-available',
      message: `"${path.at(-1)}" is not available in this version yet`,
      cure: 'remove it: nothing would look at it',
    })
  }
}
