import { formatDuration } from '../core/duration.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Line } from '../core/run/events.ts'
import { bakeLines } from './bake-text.ts'
import { VERDICT_WORDS } from './decision-words.ts'
import { capturedWords, eventWords, inTimeline, JUDGED_WORDS } from './event-words.ts'
import { facts, hanging, heading, narrowChange, sections, table } from './layout.ts'
import type { Look } from './look.ts'
import { headline, standsLines, unknownLines, waysOnLines } from './outcome-text.ts'
import { phaseWords } from './phase-times.ts'
import { liveWords } from './plan-text.ts'
import { brief, safeLine } from './safe-text.ts'
import { effectName, effectsInOrder } from './effects-summary.ts'
import { butWords } from './trigger-text.ts'
import { type RunSummary, summarise, titleOf, waysFurther } from './summary.ts'

/** The report of a run for a terminal. */
export function runText(plan: Plan, lines: readonly Line[], look: Look): string {
  const summary = summarise(plan, lines)
  return sections([
    [heading(safeLine(titleOf(summary)), look), ...headline(summary, look)],
    bakeLines(summary, look),
    headFacts(summary, look),
    triggerLines(summary, look),
    guardLines(summary, look),
    capturedLines(summary, look),
    changeLines(summary, look),
    proofLines(summary, look),
    phaseLines(summary, look),
    timelineLines(plan, lines, look),
    unknownLines(summary, look),
    standsLines(summary, look),
    waysOnLines(waysFurther(summary), look),
  ])
}

function headFacts(summary: RunSummary, look: Look): string[] {
  const by = summary.by
  return facts(
    [
      ['Run', safeLine(summary.id)],
      ['Procedure', safeLine(summary.procedure)],
      ['Who', by === undefined ? undefined : safeLine(`${by.name} on ${by.host}${by.ci ? ' (CI)' : ''}`)],
      ['Why', safeLine(summary.reason ?? 'no reason was given')],
      ['Live before', summary.kind === 'undo' ? undefined : safeLine(liveWords(summary.live))],
      ['Started', summary.started],
      ['Ended', summary.ended ?? 'it has no end yet'],
      ...summary.evidence.map(({ signal, value }): [string, string] => [
        'Evidence',
        brief(`${signal}: ${value}`),
      ]),
      ...summary.leftOut.map(({ step, why }): [string, string] => ['Left out', safeLine(`${step}: ${why}`)]),
      ...summary.answers.map(({ value, by: who, ...asked }): [string, string] => [
        'Answer',
        safeLine(`${'step' in asked ? asked.step : asked.signal}: ${value} (${who})`),
      ]),
    ],
    look,
  )
}

/** What does not speak for a rollback is only counted: it is in the JSON. */
function triggerLines({ decision }: RunSummary, look: Look): string[] {
  if (decision === undefined) return []
  const telling = decision.triggers.filter(({ judged }) => judged !== 'fails')
  const others = decision.triggers.length - telling.length
  return [
    heading(`Triggers, when the plan was made: ${VERDICT_WORDS[decision.verdict]}`, look),
    ...telling.flatMap((trigger) => {
      const { id, severity, condition, judged, words } = trigger
      const but = butWords(trigger)
      return hanging(
        `  ${JUDGED_WORDS[judged].padEnd(7)}  `,
        brief(`${id} (${severity}): ${condition}: ${words}${but === undefined ? '' : `; ${but}`}`),
        look,
      )
    }),
    ...(others === 0 ? [] : [`  ${others} ${others === 1 ? 'trigger does' : 'triggers do'} not hold`]),
  ]
}

function guardLines({ guards }: RunSummary, look: Look): string[] {
  if (guards.length === 0) return []
  return [
    heading('Guards, right before the first change', look),
    ...guards.flatMap(({ guard, condition, verdict, words, forced }) => {
      const paint = verdict === 'holds' ? look.paint.good : look.paint.bad
      const text = `${guard}: ${condition}: ${words}${verdict !== 'holds' && forced ? '; gone past by force' : ''}`
      return hanging(`  ${paint(JUDGED_WORDS[verdict].padEnd(7))}  `, brief(text), look)
    }),
  ]
}

function capturedLines({ captured }: RunSummary, look: Look): string[] {
  if (captured.length === 0) return []
  const [host = ''] = captured.map((one) => one.host)
  return [
    heading(safeLine(`Kept before the first change, on ${host}`), look),
    ...captured.flatMap((one) => hanging('  - ', safeLine(capturedWords(one)), look)),
  ]
}

function changeLines(summary: RunSummary, look: Look): string[] {
  const rows = effectsInOrder(summary).map((effect) => [
    safeLine(effectName(effect)),
    brief(effect.from ?? ''),
    brief(effect.to ?? ''),
    effect.state,
  ])
  return rows.length === 0
    ? []
    : [
        heading('Changes and calls', look),
        ...table(['WHAT', 'FROM', 'TO', 'STATE'], rows, look, ([what = '', from = '', to = '', state = '']) =>
          narrowChange(what, from === '' && to === '' ? state : `${from} → ${to}: ${state}`, look),
        ),
      ]
}

function proofLines({ proof }: RunSummary, look: Look): string[] {
  if (proof === undefined) return []
  const items = [
    ...proof.surfaces.map(({ surface, verdict, words }) => ({ verdict, text: `${surface}: ${words}` })),
    ...proof.conditions.map(({ role, condition, verdict, words }) => ({
      verdict,
      text: `${role} ${condition}: ${words}`,
    })),
  ]
  return [
    heading(safeLine(`Proof: ${JUDGED_WORDS[proof.verdict]}`), look),
    ...(proof.verdict === 'holds' ? [] : hanging('  ', brief(proof.why), look)),
    ...items.flatMap(({ verdict, text }) => {
      const paint = verdict === 'holds' ? look.paint.good : look.paint.bad
      return hanging(`  ${paint(JUDGED_WORDS[verdict].padEnd(7))}  `, brief(text), look)
    }),
    ...proof.degraded.flatMap((what) => hanging('  degraded: ', safeLine(what), look)),
  ]
}

function phaseLines(summary: RunSummary, look: Look): string[] {
  const phases = summary.phases.map((one): [string, string] => {
    const words = phaseWords(one)
    return [`  ${one.phase}`, one.exceeded ? look.paint.warn(words) : words]
  })
  if (phases.length === 0) return []
  const deadline =
    summary.deadline === undefined
      ? ''
      : ` of ${formatDuration(summary.deadline)}${summary.deadlinePassed ? ', which has passed' : ''}`
  return [
    heading('Time', look),
    ...facts([...phases, ['  in all', formatDuration(summary.took) + deadline]], look),
  ]
}

/** `+12.3 s` since the start, and what was written down. */
function timelineLines(plan: Plan, all: readonly Line[], look: Look): string[] {
  const lines = inTimeline(all)
  const start = lines[0]?.at ?? 0
  if (lines.length === 0) return []
  const offsets = lines.map((line) => `+${formatDuration(line.at - start)}`)
  const width = Math.max(...offsets.map((offset) => offset.length))
  return [
    heading('Timeline', look),
    ...lines.flatMap((line, index) =>
      hanging(
        `  ${look.paint.faint((offsets[index] ?? '').padStart(width))}  `,
        brief(eventWords(line.event, plan)),
        look,
      ),
    ),
  ]
}
