import type { Readiness } from '../core/plan/readiness.ts'
import { isChoice } from '../core/release.ts'
import { candidateLines } from './candidates-text.ts'
import { type Guide, guideFacts, linkLines, noteLines } from './guide.ts'
import { shellWord } from '../core/shell.ts'
import { facts, hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import {
  callItems,
  choiceItems,
  GOOD,
  guardItems,
  type Item,
  obstacles,
  OPEN,
  secretItems,
  signalItems,
  surfaceItems,
  trialItems,
  unreadItems,
} from './readiness-items.ts'
import { brief, safeLine } from './safe-text.ts'

/** Could we roll back today, and to what? */
export function readinessText(readiness: Readiness, guide: Guide, look: Look): string {
  const open = obstacles(readiness).length
  const verdict =
    open === 0
      ? look.paint.good('Ready: no reason found to refuse a rollback. The end says what was not tried.')
      : look.paint.bad(`Not ready: ${open === 1 ? 'one thing' : `${open} things`} would refuse a rollback.`)
  return sections([
    [
      heading(
        safeLine(`Readiness: ${readiness.service}, ${readiness.environment}, ${readiness.procedure}`),
        look,
      ),
      ...facts(guideFacts(guide), look),
      ...hanging('', verdict, look),
      ...(open === 0 ? [`  ${nextCommand(readiness)}`] : []),
    ],
    group('Surfaces', surfaceItems(readiness), look),
    group('A rollback of each, tried without changing anything', trialItems(readiness), look),
    group('Calls', callItems(readiness), look),
    group('Secrets', secretItems(readiness), look),
    group('Signals', signalItems(readiness), look),
    group('Guards: what must hold before anything is changed', guardItems(readiness), look),
    questionLines(readiness, look),
    [
      heading('Versions to return to', look),
      ...candidateLines(readiness.candidates, look),
      ...itemLines([...unreadItems(readiness), ...choiceItems(readiness)], look),
    ],
    noteLines(guide, look),
    linkLines(guide, look),
    lookedLines(readiness, look),
  ])
}

/** What was said before the change says nothing of the time after it. */
const BEFOREHAND = new Set<Readiness['questions'][number]['asked']>([
  'before the change',
  'on the way',
  'for the verdict',
])

function questionLines({ questions }: Readiness, look: Look): string[] {
  if (questions.length === 0) return []
  return [
    heading('Asked of a person', look),
    ...questions.flatMap(({ answer, question, expects = '…', asked }) => [
      ...hanging('  - ', brief(`${asked}: ${question}`), look),
      ...(BEFOREHAND.has(asked)
        ? hanging('    ', `beforehand: --answer ${answer}=${shellWord(expects)}`, look)
        : hanging('    ', 'only once it is changed', look)),
    ]),
  ]
}

/** What stands behind "ready", and what does not. */
function lookedLines(readiness: Readiness, look: Look): string[] {
  const { surfaces } = readiness
  const tried = [...new Set(surfaces.flatMap(({ trial }) => (trial === undefined ? [] : [trial.candidate])))]
  const looked = [
    'what is live on each surface',
    'whether each secret is there',
    'one sample of each signal',
    ...(tried.length === 0 ? [] : [`what a rollback to ${tried.join(', ')} would meet`]),
  ]
  const others = tried.length === 0 ? 'any version' : 'any other version'
  const missing = [
    `write permission for ${others}, and whether its artifacts are still retained`,
    'fallbacks, and whether calls will work',
  ]
  return [
    ...hanging(`${heading('Looked at', look)}  `, `${brief(looked.join('; '))}.`, look, 2),
    ...hanging(`${heading('Not looked at', look)}  `, `${missing.join('; ')}. For one version:`, look, 2),
    `  ${nextCommand(readiness)}`,
  ]
}

function nextCommand({ candidates }: Readiness): string {
  const choice = candidates.find(isChoice)
  const name = choice === undefined ? '<version>' : (choice.release.sha ?? choice.release.given)
  return `rollback plan --target ${safeLine(name)}`
}

function group(title: string, items: Item[], look: Look): string[] {
  return items.length === 0 ? [] : [heading(title, look), ...itemLines(items, look)]
}

function itemLines(items: Item[], look: Look): string[] {
  const width = Math.max(...items.map((item) => item.state.length))
  return items.flatMap((item) => {
    const state = item.state.padEnd(width)
    const paint = GOOD.has(item.state)
      ? look.paint.good
      : OPEN.has(item.state)
        ? look.paint.warn
        : look.paint.bad
    const indent = ' '.repeat(width + 4)
    return [
      ...hanging(`  ${paint(state)}  `, safeLine(item.name), look),
      ...(item.words === '' ? [] : hanging(indent, brief(item.words), look)),
      ...(item.known ?? []).flatMap((known) => hanging(indent, brief(known), look, width + 6)),
      ...(item.cure === undefined ? [] : hanging(`${indent}cure: `, safeLine(item.cure), look)),
    ]
  })
}
