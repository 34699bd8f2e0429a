import { stepNamed } from '../core/plan/lookup.ts'
import type { Plan, PlannedStep, PlannedUse } from '../core/plan/types.ts'
import type { Command } from '../core/run/command.ts'
import type { RunEvent, Use } from '../core/run/events.ts'
import { useInForce } from '../core/run/use.ts'
import { askGate } from './answers.ts'
import type { Said } from './asked-signal.ts'
import type { Carrier } from './carrier.ts'
import { askGuards } from './ask-guards.ts'
import { captureAll } from './capture.ts'
import { carryOutEffect } from './effects.ts'
import { look } from './look-at-effect.ts'
import { type Knowing, prove, proveStep } from './prove.ts'
import { settleDoubt } from './settle-doubt.ts'
import type { CarryOutOptions } from './types.ts'

export interface Performing extends CarryOutOptions {
  /** What people have said of how things are now: nothing is changed after it. */
  saidOfNow: Said
}

/** Does one thing that the reducer asks for, and writes down what came of it. */
export async function performCommand(carrier: Carrier, command: Command, options: Performing): Promise<void> {
  const { plan } = carrier
  switch (command.do) {
    case 'capture':
      return captureAll(carrier)
    case 'guard':
      return askGuards(carrier)
    case 'apply':
    case 'call': {
      const { effect, attempt, use: which } = command
      return carryOutEffect(carrier, { ...named(plan, command.step, which), which, effect, attempt })
    }
    case 'look':
      return look(carrier, { ...named(plan, command.step, command.use), effect: command.effect })
    case 'ask':
      return askGate(carrier, named(plan, command.step, 'first').step, options)
    case 'settle':
      return settleDoubt(
        carrier,
        { ...named(plan, command.step, command.use), effect: command.effect },
        options,
      )
    case 'verify-step': {
      const { step } = named(plan, command.step, 'first')
      return tell(
        carrier,
        step.verify && (await proveStep(carrier, step.id, step.verify, knowing(options, {}))),
      )
    }
    case 'prove':
      return tell(carrier, await prove(carrier, knowing(options, options.saidOfNow)))
    case 'record':
    case 'wait':
      return
  }
}

function knowing({ askFact, answers }: Performing, said: Said): Knowing {
  return { askFact, said, beforehand: answers }
}

async function tell(carrier: Carrier, event: RunEvent | undefined): Promise<void> {
  if (event !== undefined) await carrier.append(event)
}

function named(plan: Plan, id: string, which: Use): { step: PlannedStep; use: PlannedUse } {
  const step = stepNamed(plan, id)
  if (step === undefined) throw new Error(`the plan has no step "${id}"`)
  return { step, use: useInForce(step, { use: which }) }
}
