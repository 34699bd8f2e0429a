import { EXIT } from '../core/exit.ts'
import { interruptedExit, signalName } from '../core/interruption.ts'
import { Problem, sentenceOf } from '../core/problem.ts'
import { whatStands } from '../core/run/conclude.ts'
import type { RunEnded } from '../core/run/events.ts'
import { isProven } from '../core/run/proven.ts'
import { hasTried } from '../core/run/state.ts'
import type { Carrier } from './carrier.ts'
import { failpoint } from './failpoint.ts'
import { recordProven } from './record-versions.ts'

// The ways in which carrying out a run comes to its end.

/**
 * As the reducer says. Only who holds the lock may say it, and what it says about versions. Asked again afterwards:
 * whoever was suspended in between has said it too late.
 */
export async function conclude(carrier: Carrier, event: RunEnded): Promise<void> {
  await carrier.own()
  const { completes, unrecorded } = isProven(event.result)
    ? await recordProven(carrier.session, carrier.plan, carrier.state())
    : {}
  failpoint('versions-recorded')
  const proven =
    completes === undefined ? [] : `what run ${completes.join(', ')} had changed is proven with it`
  const notes = [proven, unrecorded ?? []].flat()
  await carrier.append({ ...event, why: [event.why, ...notes].join('; '), completes })
  await carrier.own()
}

export function decline(carrier: Carrier): Promise<RunEnded> {
  const why = 'a confirmation that the plan needs was not given'
  return end(carrier, { type: 'run-ended', result: 'declined', exit: EXIT.declined, why, stands: [] })
}

/** Stopped by a person or CI, once what was under way has had its moment to end. */
export async function endInterrupted(carrier: Carrier, interrupt: AbortSignal): Promise<RunEnded> {
  const signal = signalName(interrupt)
  await carrier.append({ type: 'interrupted', signal })
  const ended: RunEnded = {
    type: 'run-ended',
    result: 'interrupted',
    exit: interruptedExit(interrupt),
    why: `interrupted by ${signal}`,
    stands: whatStands(carrier.plan, carrier.state()),
  }
  // A run that has not tried anything yet is over; any other one can be gone on with.
  return hasTried(carrier.state()) ? ended : end(carrier, ended)
}

/**
 * Gives what is to be told of an error in the middle. A run whose lock was lost before it changed anything was never in
 * turn: nobody has to go on with it. Where somebody does, its end comes too late to count.
 */
export async function endBroken(carrier: Carrier, error: unknown): Promise<unknown> {
  const state = carrier.state()
  if (isLost(error) && state.ended === undefined && whatStands(carrier.plan, state).length === 0)
    await end(carrier, {
      type: 'run-ended',
      result: 'failed',
      exit: error.exit,
      why: sentenceOf(error),
      stands: [],
    })
  return brokenOff(carrier, error)
}

/** A full disk, or a defect of ours: what matters to a person is whether changes stand. */
export function brokenOff(carrier: Carrier, error: unknown): unknown {
  const { plan } = carrier
  const stands = whatStands(plan, carrier.state())
  // What stands is told by whoever has taken it over.
  if (stands.length === 0 || isLost(error)) return error
  return new Problem({
    code: 'run-broken-off',
    message: `the run broke off in the middle, and changes stand: ${stands.join('; ')}`,
    found: sentenceOf(error),
    cure: `rollback show ${plan.id} tells what was done, rollback undo ${plan.id} takes it back. To go on, once that is mended:\nrollback resume ${plan.id}`,
    exit: EXIT.stands,
    cause: error,
  })
}

function isLost(error: unknown): error is Problem {
  return error instanceof Problem && error.code === 'lock-lost'
}

async function end(carrier: Carrier, ended: RunEnded): Promise<RunEnded> {
  await carrier.append(ended)
  return ended
}
