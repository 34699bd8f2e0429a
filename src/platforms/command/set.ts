import * as z from 'zod/mini'

import type { Change, Check, Reading, Receipt, Resolution, Seen, SetAction } from '../../core/contract.ts'
import type { ReadDoor, WriteDoor } from '../../core/doors.ts'
import { EXIT } from '../../core/exit.ts'
import { type Json, sameJson } from '../../core/json.ts'
import { EffectFailure, Problem, sentenceOf } from '../../core/problem.ts'
import { shellLine } from '../../core/shell.ts'
import { cutOf, lineOf, programOf } from './options.ts'
import { askScript, ScriptProblem } from './protocol.ts'
import { setOptions, type SetOptions } from './set-options.ts'

type State = Json

const UNCHECKED: Check = { what: 'your script', how: 'computed', note: 'your command, unchecked' }

/** Where the script itself says none. */
const CURES = {
  stale: 'Somebody else has changed it: find out who, then plan again',
  no: 'Nothing has happened there: mend what the script says, then try again',
  unknown: 'It may have happened all the same: look there before it is tried again',
}

/** A surface that a team adds with a script of its own: see docs/command-set.md. */
export const set: SetAction<SetOptions, State> = {
  kind: 'set',
  summary: 'A surface of your own: a script that speaks JSON over standard input and output',
  options: setOptions,
  state: z.json(),
  facts: {
    compareAndSet: false,
    window: 'your script decides what lies between its last look and its write',
  },

  async surfaces(options, read): Promise<Reading<State>[]> {
    const answer = await orProblem(() => look(options, read, 'surfaces', {}))
    // Without an answer there is no id to give; the run is refused all the same.
    if (answer instanceof Problem)
      return [
        {
          surface: { id: `command:${programOf(options)}`, kind: 'version', type: 'command' },
          seen: unknown(answer),
        },
      ]
    return answer.surfaces.map(({ id, kind = 'version', type = 'command', busy, ownedBy, ...seen }) => ({
      surface: { id, kind, type },
      seen: seen as Seen<State>,
      busy,
      ownedBy,
    }))
  },

  async versions(options, surface, read) {
    const { versions } = await look(options, read, 'versions', { surface: surface.id })
    return versions.map(({ names, why = 'listed by your script', when, live, ...release }) => ({
      release,
      names: names ?? [release.given],
      why,
      when,
      live,
    }))
  },

  async resolve(options, { surface, seen }, wanted, read): Promise<Resolution<State>> {
    if (seen.status === 'denied' || seen.status === 'unknown')
      return { kind: seen.status, why: seen.why, cure: seen.cure }
    const from = seen.status === 'present' ? seen.state : null
    const answer = await orProblem(() =>
      look(options, read, 'resolve', { surface: surface.id, from, wanted }),
    )
    if (answer instanceof Problem) return { kind: 'unknown', why: sentenceOf(answer), cure: answer.cure }
    if (answer.result === 'already') return { kind: 'already', checks: answer.checks ?? [UNCHECKED] }
    if (answer.result !== 'change') return { kind: answer.result, why: answer.why, cure: answer.cure }
    const { to, label, reversible = true, checks = [UNCHECKED], details } = answer
    return { kind: 'change', to, toLabel: label, reversible, checks, details }
  },

  apply,

  async observe(options, surface, read): Promise<Seen<State>> {
    const seen = await orProblem(() => look(options, read, 'observe', { surface: surface.id }))
    return seen instanceof Problem ? unknown(seen) : seen
  },

  progress(seen, to) {
    if (seen.status === 'denied' || seen.status === 'unknown') return { state: 'moving', words: seen.why }
    if (seen.status === 'present' && seen.progress !== undefined) return seen.progress
    const live = seen.status === 'present' ? seen.state : null
    const label = seen.status === 'present' ? seen.label : 'absent'
    return sameJson(live, to)
      ? { state: 'reached', words: label }
      : { state: 'moving', words: `still ${label}` }
  },

  manual(options, { surface, from, to }) {
    const request = { protocol: 1, op: 'apply', options: options.with ?? {}, surface: surface.id, from, to }
    // Not `echo`: that of some shells takes the backslashes of JSON for its own.
    return [`${shellLine(['printf', '%s\\n', JSON.stringify(request)])} | ${lineOf(options)}`]
  },
}

async function apply(
  options: SetOptions,
  { surface, from, to }: Change<State>,
  write: WriteDoor,
): Promise<Receipt> {
  const answer = await orProblem(() =>
    askScript(write.execute, options, 'apply', {
      options: options.with ?? {},
      surface: surface.id,
      from,
      to,
    }),
  )
  if (answer instanceof Problem) throw failed(answer)
  if (answer.applied === 'yes') return answer.receipt ?? null
  const { applied, why, stale = false, retryable = false } = answer
  throw new EffectFailure({
    code: stale ? 'stale' : 'command-set-refused',
    message: why,
    cure: answer.cure ?? (stale ? CURES.stale : CURES[applied]),
    ...(stale ? { exit: EXIT.refused } : {}),
    applied,
    retryable: retryable && !stale,
  })
}

function failed(problem: Problem): EffectFailure {
  const result = problem instanceof ScriptProblem ? problem.result : undefined
  const never = result?.started === false
  return new EffectFailure({
    code: problem.code,
    message: problem.message,
    found: problem.found,
    cure: problem.cure,
    cause: problem,
    applied: never ? 'no' : 'unknown',
    retryable: false,
    ...(result === undefined ? {} : cutOf(result)),
  })
}

function look<Op extends Parameters<typeof askScript>[2]>(
  options: SetOptions,
  read: ReadDoor,
  op: Op,
  request: Record<string, unknown>,
) {
  return askScript<Op>(read.look, options, op, { options: options.with ?? {}, ...request })
}

async function orProblem<T>(ask: () => Promise<T>): Promise<T | Problem> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

function unknown(problem: Problem): Seen<State> {
  return { status: 'unknown', why: sentenceOf(problem), cure: problem.cure }
}
