import { formatDuration } from '../core/duration.ts'
import type { Plan } from '../core/plan/types.ts'
import type { Line } from '../core/run/events.ts'
import { bakeTitle, bakeWhy, conditionWords } from './bake-text.ts'
import { VERDICT_WORDS } from './decision-words.ts'
import { capturedWords, eventWords, inTimeline, JUDGED_WORDS, resultWords } from './event-words.ts'
import { phaseWords } from './phase-times.ts'
import { liveWords } from './plan-text.ts'
import { brief } from './safe-text.ts'
import { effectName, effectsInOrder } from './effects-summary.ts'
import { butWords } from './trigger-text.ts'
import { type RunSummary, summarise, titleOf, waysFurther } from './summary.ts'

/** The report of a run for an incident document or a CI summary. */
export function runMarkdown(plan: Plan, lines: readonly Line[]): string {
  const summary = summarise(plan, lines)
  return [
    `# ${escaped(titleOf(summary))}`,
    `**${resultWords(summary)}**${summary.result === 'proven' ? '' : after(summary.why)}`,
    ...bakePart(summary),
    grid(['', ''], headRows(summary)),
    ...part('Triggers', grid(['What', 'Verdict', 'Measured'], triggerRows(summary))),
    ...part('Guards', grid(['What', 'Verdict', 'Measured'], guardRows(summary))),
    ...part('Kept before the first change', bullets(summary.captured.map(capturedWords))),
    ...part('Changes and calls', grid(['What', 'From', 'To', 'State'], effectRows(summary))),
    ...proofPart(summary),
    ...part('What stands', summary.result === 'proven' ? '' : bullets(summary.stands)),
    ...part('Time', grid(['Phase', 'Took'], timeRows(summary))),
    ...part('Timeline', grid(['Since the start', 'What'], timelineRows(plan, lines))),
    ...part(
      'Ways on',
      waysFurther(summary)
        .map(({ command, does }) =>
          command === undefined ? `- ${escaped(does)}` : `- ${code(command)}: ${escaped(does)}`,
        )
        .join('\n'),
    ),
  ].join('\n\n')
}

function headRows(summary: RunSummary): string[][] {
  const by = summary.by
  const rows: [string, string | undefined][] = [
    ['Run', code(summary.id)],
    ['Procedure', escaped(summary.procedure)],
    ['Who', by === undefined ? undefined : escaped(`${by.name} on ${by.host}${by.ci ? ' (CI)' : ''}`)],
    ['Why', escaped(summary.reason ?? 'no reason was given')],
    ['Live before', summary.kind === 'undo' ? undefined : escaped(liveWords(summary.live))],
    ['Started', summary.started],
    ['Ended', summary.ended ?? 'it has no end yet'],
    ['Took', formatDuration(summary.took)],
    ...summary.evidence.map(({ signal, value }): [string, string] => [
      'Evidence',
      escaped(`${signal}: ${value}`),
    ]),
    ...summary.leftOut.map(({ step, why }): [string, string] => ['Left out', escaped(`${step}: ${why}`)]),
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

function triggerRows({ decision }: RunSummary): string[][] {
  if (decision === undefined) return []
  return [
    ['all together', VERDICT_WORDS[decision.verdict], ''],
    ...decision.triggers.map((trigger) => {
      const { id, severity, condition, judged, words } = trigger
      const but = butWords(trigger)
      return [
        escaped(`${id} (${severity}): ${condition}`),
        JUDGED_WORDS[judged],
        escaped(but === undefined ? words : `${words}; ${but}`),
      ]
    }),
  ]
}

function guardRows({ guards }: RunSummary): string[][] {
  return guards.map(({ guard, condition, verdict, words, forced }) => [
    escaped(`${guard}: ${condition}`),
    verdict !== 'holds' && forced ? `${JUDGED_WORDS[verdict]}, gone past by force` : JUDGED_WORDS[verdict],
    escaped(words),
  ])
}

function effectRows(summary: RunSummary): string[][] {
  return effectsInOrder(summary).map((effect) => [
    code(effectName(effect)),
    effect.from === undefined ? '' : code(effect.from),
    effect.to === undefined ? '' : code(effect.to),
    effect.state,
  ])
}

function proofPart({ proof }: RunSummary): string[] {
  if (proof === undefined) return []
  const rows = [
    ...proof.surfaces.map(({ surface, verdict, words }) => [
      code(surface),
      JUDGED_WORDS[verdict],
      escaped(words),
    ]),
    ...proof.conditions.map(({ role, condition, verdict, words }) => [
      `${role} ${code(condition)}`,
      JUDGED_WORDS[verdict],
      escaped(words),
    ]),
  ]
  return [
    `## Proof: ${JUDGED_WORDS[proof.verdict]}`,
    proof.verdict === 'holds' ? '' : escaped(proof.why),
    grid(['What', 'Verdict', 'Measured'], rows),
  ].filter((text) => text !== '')
}

function bakePart({ bake }: RunSummary): string[] {
  if (bake === undefined) return []
  const rows = bake.conditions.map((one) => [JUDGED_WORDS[one.verdict], escaped(conditionWords(one))])
  return [`## ${bakeTitle(bake)}`, escaped(bakeWhy(bake)), grid(['Verdict', 'Measured'], rows)].filter(
    (text) => text !== '',
  )
}

function timeRows(summary: RunSummary): string[][] {
  return [
    ...summary.phases.map((one) => [one.phase, phaseWords(one)]),
    ['in all', formatDuration(summary.took)],
  ]
}

function timelineRows(plan: Plan, lines: readonly Line[]): string[][] {
  const start = lines[0]?.at ?? 0
  return inTimeline(lines).map((line) => [
    `+${formatDuration(line.at - start)}`,
    escaped(eventWords(line.event, plan)),
  ])
}

function part(title: string, body: string): string[] {
  return body === '' ? [] : [`## ${title}`, body]
}

function bullets(items: string[]): string {
  return items.map((item) => `- ${escaped(item)}`).join('\n')
}

function grid(head: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function after(why: string | undefined): string {
  return why === undefined || why === '' ? '' : `: ${escaped(why)}`
}

/** Somebody's text as text: no markup, no HTML, no mention of people, no table border. */
function escaped(text: string): string {
  return brief(text)
    .replaceAll(/[\\`*_{}[\]()#|~]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
}

/** As code; backticks inside become apostrophes, and a table border is escaped even there. */
function code(text: string): string {
  return `\`${brief(text)
    .replaceAll('`', "'")
    .replaceAll('|', String.raw`\|`)}\``
}
