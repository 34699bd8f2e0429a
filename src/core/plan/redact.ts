import type { Check } from '../contract.ts'
import type { LiveVersion, Plan, PlannedCall, PlannedChange, PlannedUse } from './types.ts'

// What endpoints, platforms and commands say may hold a secret. A plan is stored and handed around: its texts for people
// are cleaned before it is sealed. States, ids and options stay as they are: they are by reference, and a weak secret
// such as `image` must not turn them into something else.

type Redact = (text: string) => string

/** The plan, with no secret's value in anything that was only written for people. */
export function redactPlan(plan: Omit<Plan, 'seal'>, redact: Redact): Omit<Plan, 'seal'> {
  return {
    ...plan,
    forced: plan.forced && redact(plan.forced),
    live: redactLive(plan.live, redact),
    evidence: plan.evidence.map(({ signal, value }) => ({ signal, value: redact(value) })),
    decision: plan.decision && {
      ...plan.decision,
      triggers: plan.decision.triggers.map((one) => ({
        ...one,
        words: redact(one.words),
        but: one.but && redact(one.but),
      })),
    },
    guards: plan.guards?.map((guard) => ({ ...guard, words: redact(guard.words) })),
    without: plan.without.map(({ step, why }) => ({ step, why: redact(why) })),
    steps: plan.steps.map((step) => ({
      ...step,
      ...redactUse(step, redact),
      fallback: step.fallback && redactUse(step.fallback, redact),
      skip: step.skip && redact(step.skip),
    })),
    confirmations: plan.confirmations.map(({ id, question }) => ({
      id,
      question: { ...question, text: redact(question.text) },
    })),
  }
}

/** An endpoint that gives a secret for its version says nothing about its version. */
function redactLive(live: LiveVersion, redact: Redact): LiveVersion {
  if ('unknown' in live) return { unknown: redact(live.unknown) }
  if (!('release' in live)) return live
  const clean = redact(live.release.given)
  return clean === live.release.given
    ? live
    : { unknown: `what the live endpoint reports holds a secret: ${clean}` }
}

function redactUse(use: PlannedUse, redact: Redact): PlannedUse {
  const { uses, kind, with: options, changes, call, question, checks, window } = use
  return {
    uses,
    kind,
    with: options,
    changes: changes.map((change) => redactChange(change, redact)),
    call: call && redactCall(call, redact),
    question: question && { ...question, text: redact(question.text) },
    checks: checks.map((check) => redactCheck(check, redact)),
    window: window && redact(window),
  }
}

function redactChange(change: PlannedChange, redact: Redact): PlannedChange {
  const { reversible, fromLabel, toLabel, details, manual } = change
  return {
    ...change,
    fromLabel: redact(fromLabel),
    toLabel: redact(toLabel),
    reversible: reversible === true ? true : { no: redact(reversible.no) },
    details: details.map(redact),
    manual: manual.map(redact),
  }
}

function redactCall(call: PlannedCall, redact: Redact): PlannedCall {
  const { reversal, manual } = call
  return {
    ...call,
    reversal: reversal.how === 'none' ? { how: 'none', why: redact(reversal.why) } : reversal,
    manual: manual.map(redact),
  }
}

function redactCheck({ what, how, note }: Check, redact: Redact): Check {
  return { what: redact(what), how, note: note && redact(note) }
}
