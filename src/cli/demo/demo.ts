import { EXIT, type ExitCode } from '../../core/exit.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Plan } from '../../core/plan/types.ts'
import { Problem } from '../../core/problem.ts'
import { outcomeText } from '../../report/outcome-text.ts'
import { planText } from '../../report/plan-text.ts'
import type { RunSummary } from '../../report/summary.ts'
import { loadRunbook } from '../../runbook/load.ts'
import { makePlan } from '../../runtime/make-plan.ts'
import { makeUndo } from '../../runtime/make-undo.ts'
import { openSession } from '../../runtime/session.ts'
import type { PlanOutcome, Session } from '../../runtime/types.ts'
import { type Interrupts, listenForInterrupts } from '../interrupts.ts'
import type { Output } from '../output.ts'
import { perform } from './perform.ts'
import { BAD, GOOD, openStage, type Stage } from './stage.ts'
import { createTeller, type Teller } from './teller.ts'

export interface DemoOptions {
  output: Output
  /** Leave the runbook and the journals where they are. */
  keep?: boolean | undefined
}

interface Demo {
  stage: Stage
  session: Session
  interrupts: Interrupts
  output: Output
  tell: Teller
}

const SHORT = 7

/** A rollback from the incident to the proof, and back again: real code, on servers of this process only. */
export async function runDemo({ output, keep = false }: DemoOptions): Promise<ExitCode> {
  const interrupts = listenForInterrupts()
  const stage = await openStage()
  const session = openSession({ storeFolder: stage.storeFolder, signal: interrupts.signal })
  output.redactWith((text) => session.redact(text))
  try {
    return await play({ stage, session, interrupts, output, tell: await createTeller(output) }, keep)
  } finally {
    await session.close()
    await stage.close({ keep })
    interrupts.stop()
  }
}

async function play(demo: Demo, keep: boolean): Promise<ExitCode> {
  const { tell, output } = demo
  const started = Date.now()
  await tellIncident(demo)

  const plan = await planned(demo)
  tell.heading(`rollback run --target ${GOOD.slice(0, SHORT)}`)
  tell.say('Now you would be asked whether to go on. The demo says yes.')
  const run = await perform({ ...demo, plan })
  await tellOutcome(run, demo)
  if (run.result !== 'proven') return endEarly(run, demo)

  tell.heading('And back again: rollback undo')
  tell.say('Every run can be taken back. An undo is planned, shown, carried out and proven in the same way.')
  const undo = await perform({ ...demo, plan: await undoPlanned(demo, plan) })
  await tellOutcome(undo, demo)
  tell.say('As it was before, well or not: an undo restores, it does not judge.')
  if (undo.result !== 'proven') return endEarly(undo, demo)

  tellNext(demo, { keep, took: Date.now() - started })
  output.document({ type: 'demo', exit: EXIT.done, run, undo })
  return EXIT.done
}

// ---------------------------------------------------------------- acts

async function tellIncident({ stage, tell }: Demo): Promise<void> {
  tell.heading('A bad deploy')
  tell.say(
    `A container registry and a service run inside this process. ${GOOD.slice(0, SHORT)} worked; ${BAD.slice(0, SHORT)} was deployed a moment ago:`,
  )
  await tellLive(stage, tell)
  tell.say('The team wrote a runbook for that:')
  tell.line(stage.runbook.path)
}

async function planned({ stage, session, interrupts, output, tell }: Demo): Promise<Plan> {
  tell.heading(`rollback plan --target ${GOOD.slice(0, SHORT)}`)
  const loaded = await loadRunbook(stage.runbook)
  if ('diagnostics' in loaded) throw unexpected(loaded.diagnostics.map(({ message }) => message).join('; '))
  const outcome = await interrupts.orInterrupted(
    makePlan(session, { runbook: loaded.runbook, target: GOOD.slice(0, SHORT), without: [] }),
  )
  const plan = planOf(outcome)
  const [procedure] = loaded.runbook.procedures
  output.result(`\n${planText(plan, await output.resultLook(), procedure)}`)
  output.document({ type: 'plan', plan })
  return plan
}

async function undoPlanned({ session, interrupts, output }: Demo, plan: Plan): Promise<Plan> {
  const run = await session.store.find(plan.id)
  const undo = planOf(await interrupts.orInterrupted(makeUndo(session, run, { without: [] })))
  output.document({ type: 'plan', plan: undo })
  return undo
}

async function tellOutcome(summary: RunSummary, { output, stage, tell }: Demo): Promise<void> {
  // The commands that go on from here would find nothing: these servers end with the demo.
  output.result(`\n${outcomeText({ ...summary, waysOn: [] }, await output.resultLook())}\n`)
  output.document({ type: 'outcome', ...summary })
  await tellLive(stage, tell)
}

async function tellLive({ service }: Stage, tell: Teller): Promise<void> {
  for (const path of ['/api/version', '/api/health']) {
    const response = await fetch(service.url + path)
    tell.line(`GET ${path.padEnd(12)}  ${response.status}  ${await response.text()}`)
  }
}

function tellNext({ stage, tell }: Demo, { keep, took }: { keep: boolean; took: number }): void {
  tell.heading(`That was all, in ${formatDuration(took)}. What to try next`)
  const command = commandName(process.env)
  tell.pairs([
    [`${command} init --from registry-render`, 'a runbook to begin with'],
    [`${command} validate`, 'check it, without network'],
    [`${command} plan`, 'could you roll back today?'],
  ])
  tell.say(
    keep
      ? `The runbook and the journals of both runs are in ${stage.folder}`
      : 'The servers are stopped and the files removed; --keep leaves the runbook and the journals.',
  )
}

// ---------------------------------------------------------------- when it goes otherwise

function endEarly(summary: RunSummary, { output, tell }: Demo): ExitCode {
  const exit = summary.exit ?? EXIT.unexpected
  tell.say('The demo ends here; its servers are stopped, and nothing outside of it was touched.')
  output.document({ type: 'demo', exit, run: summary })
  return exit
}

function planOf(outcome: PlanOutcome): Plan {
  if (outcome.kind !== 'refused') return outcome.plan
  throw unexpected(outcome.refusal.reasons.map(({ why }) => why).join('; '))
}

function unexpected(found: string): Problem {
  return new Problem({
    code: 'demo-failed',
    message: 'the demo cannot go on; nothing outside of it was touched',
    found,
    cure: 'This is a mistake of ours: please report it.',
  })
}

/** Only in a checkout does npx find this program: elsewhere the name belongs to another package. */
function commandName(env: NodeJS.ProcessEnv): string {
  return env['npm_package_name'] === 'rollbook' ? 'npx rollback' : 'rollback'
}
