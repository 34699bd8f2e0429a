import type { JsonObject } from '../core/json.ts'
import {
  type Bake,
  DEFAULT_RETRY,
  DEFAULT_WITHIN,
  type Procedure,
  type Runbook,
  type SecretRef,
  type SignalDef,
  type Step,
  type StoreDef,
  type Verify,
} from '../core/model.ts'
import { toCaptures } from './capture.ts'
import type { Declared } from './declared.ts'
import type { BakeFile, RunbookFile, VerifyFile } from './schema.ts'
import { sourceKeys } from './sources.ts'
import { toCondition, toGuard, toTrigger, toUnless } from './statements.ts'

/** The model of a file that has passed every check: defaults filled in, names as the code has them. */
export function toRunbook(
  file: RunbookFile,
  declared: Declared,
  origin: { path: string; text: string },
): Runbook {
  return {
    version: 1,
    service: file.service,
    path: origin.path,
    text: origin.text,
    environment: declared.environment,
    vars: declared.vars,
    inputs: declared.inputs,
    secrets: (file.secrets ?? {}) as Record<string, SecretRef>,
    store: toStore(file.store),
    deadline: file.deadline,
    release: file.release ?? {},
    signals: Object.fromEntries(
      Object.entries(file.signals ?? {}).map(([name, signal]) => [name, toSignal(signal)]),
    ),
    triggers: (file.triggers ?? []).map(toTrigger),
    unless: (file.unless ?? []).map(toUnless),
    maxDowntime: file.max_downtime,
    fixForward: file.fix_forward,
    guards: file.guards?.map(toGuard),
    capture: toCaptures(file.capture, file.signals ?? {}),
    procedures: Object.entries(file.procedures).map(([name, procedure]) =>
      toProcedure(name, procedure, file.signals ?? {}),
    ),
  }
}

function toStore(file: RunbookFile['store']): StoreDef | undefined {
  if (file?.git !== undefined)
    return { git: { remote: file.git.remote, repository: file.git.repository ?? '.' } }
  return file?.folder === undefined ? undefined : { folder: file.folder }
}

function toSignal(signal: NonNullable<RunbookFile['signals']>[string]): SignalDef {
  const [source = ''] = sourceKeys(signal)
  const { every, window, baseline, unit } = signal
  return { source, with: signal[source] as JsonObject, every, window, baseline, unit }
}

type SignalsFile = NonNullable<RunbookFile['signals']>

function toProcedure(name: string, file: RunbookFile['procedures'][string], signals: SignalsFile): Procedure {
  return {
    name,
    useWhen: file.use_when,
    takes: file.takes,
    notes: file.notes,
    links: file.links,
    onFailure: file.on_failure ?? 'stop',
    limits: file.limits ?? {},
    guards: file.guards?.map(toGuard),
    capture: toCaptures(file.capture, signals),
    steps: file.steps.map(toStep),
    verify: toVerify(file.verify),
    bake: toBake(file.bake, signals),
    undo: file.undo === undefined ? undefined : { verify: toVerify(file.undo.verify) },
  }
}

function toStep(file: RunbookFile['procedures'][string]['steps'][number]): Step {
  return {
    id: file.id,
    uses: file.uses,
    with: toOptions(file.with),
    needs: file.needs,
    timeout: file.timeout,
    retry:
      file.retry === undefined
        ? undefined
        : { attempts: file.retry.attempts, backoff: file.retry.backoff ?? DEFAULT_RETRY.backoff },
    fallback:
      file.fallback === undefined
        ? undefined
        : { uses: file.fallback.uses, with: toOptions(file.fallback.with) },
    verify: toVerify(file.verify),
  }
}

/** Options stay as they are written: each use parses them again, once everything is bound. */
function toOptions(options: Record<string, unknown> | undefined): JsonObject {
  return (options ?? {}) as JsonObject
}

function toVerify(file: VerifyFile | undefined): Verify | undefined {
  if (file === undefined) return undefined
  return {
    within: file.within ?? DEFAULT_WITHIN,
    must: (file.must ?? []).map(toCondition),
    should: (file.should ?? []).map(toCondition),
  }
}

/** As long as a query looks back, it still tells of the incident. */
function toBake(file: BakeFile | undefined, signals: SignalsFile): Bake | undefined {
  if (file === undefined) return undefined
  const must = (file.must ?? []).map(toCondition)
  const should = (file.should ?? []).map(toCondition)
  const windows = [...must, ...should].map(({ signal }) => signals[signal]?.window ?? 0)
  return { for: file.for, settle: file.settle ?? Math.max(...windows), must, should }
}
