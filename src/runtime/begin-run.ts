import { EXIT } from '../core/exit.ts'
import { sentenceOf } from '../core/problem.ts'
import { runStarted } from '../core/run/run-started.ts'
import { hasTried } from '../core/run/state.ts'
import type { Carrier } from './carrier.ts'
import { brokenOff } from './end-run.ts'
import type { CarryOutOptions } from './types.ts'

type Offline = CarryOutOptions['offline']

/** Writes down that it begins, or is gone on with. What fails here may fail in the middle of a run. */
export async function beginRun(carrier: Carrier, offline: Offline): Promise<void> {
  try {
    if (carrier.state().started === undefined) await writeStart(carrier, offline)
    else await writeResumed(carrier, offline)
    await share(carrier)
  } catch (error) {
    throw brokenOff(carrier, error)
  }
}

async function writeStart(carrier: Carrier, offline: Offline): Promise<void> {
  const { plan, session } = carrier
  await carrier.append(runStarted(plan, session.who))
  await writeOffline(carrier, offline)
  for (const one of plan.evidence) await carrier.append({ type: 'evidence', ...one })
  if (plan.decision !== undefined) await carrier.append({ type: 'triggers-judged', decision: plan.decision })
}

async function writeResumed(carrier: Carrier, offline: Offline): Promise<void> {
  await carrier.append({ type: 'run-resumed', by: carrier.session.who })
  if (carrier.state().offline === true && offline === undefined)
    await carrier.append({ type: 'store-reached' })
  await writeOffline(carrier, offline)
}

async function writeOffline(carrier: Carrier, why: Offline): Promise<void> {
  if (why !== undefined) await carrier.append({ type: 'store-unreachable', why, by: carrier.session.who })
}

/** Before the first effect every machine that shares the store has the sealed plan. */
async function share(carrier: Carrier): Promise<void> {
  try {
    await carrier.share()
  } catch (error) {
    if (!hasTried(carrier.state())) {
      const why = `it could not be shared: ${sentenceOf(error)}`
      await carrier.append({ type: 'run-ended', result: 'failed', exit: EXIT.refused, why, stands: [] })
    }
    throw error
  }
}
