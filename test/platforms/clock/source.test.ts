import { expect, test } from 'vitest'

import { openDoors } from '../../../src/io/doors.ts'
import { clock } from '../../../src/platforms/clock/source.ts'

const { read } = openDoors()
const BERLIN = { zone: 'Europe/Berlin', from: '02:00', to: '04:00' }
const NIGHT = { zone: 'Europe/Berlin', days: ['sat'], from: '22:00', to: '04:00' }

async function passes(options: object, now: string): Promise<boolean> {
  const at = { ...read, now: () => Date.parse(now) }
  const measured = await clock.measure(clock.options.parse(options), at)
  return measured.kind === 'samples' && measured.samples.at(-1)?.failing === undefined
}

// 2026-11-28 is a Saturday; Berlin is an hour before UTC in winter, two in summer.
test.each<[string, object, string, boolean]>([
  ['a minute before', BERLIN, '2026-11-28T00:59:59Z', false],
  ['from its first moment', BERLIN, '2026-11-28T01:00:00Z', true],
  ['to its last', BERLIN, '2026-11-28T02:59:59Z', true],
  ['no longer', BERLIN, '2026-11-28T03:00:00Z', false],
  ['in summer it is an hour earlier', BERLIN, '2026-07-04T00:00:00Z', true],
  ['in summer, an hour later', BERLIN, '2026-07-04T02:00:00Z', false],
  ['over midnight, on its day', NIGHT, '2026-11-28T21:00:00Z', true],
  ['over midnight, on the day after', NIGHT, '2026-11-29T02:59:00Z', true],
  ['over midnight, the morning of its own day', NIGHT, '2026-11-28T02:00:00Z', false],
  ['over midnight, the evening after', NIGHT, '2026-11-29T21:30:00Z', false],
  ['the day is that of the zone', { ...BERLIN, days: ['sun'], from: '00:00' }, '2026-11-28T23:30:00Z', true],
])('%s', async (_, options, now, wanted) => {
  expect(await passes(options, now)).toBe(wanted)
})

test.each<[object, string]>([
  [{ ...BERLIN, zone: 'Europe/Bärlin' }, 'IANA'],
  [{ ...BERLIN, from: '2:00' }, 'write it as 02:00'],
  [{ ...BERLIN, from: '24:00' }, 'write it as 02:00'],
  [{ ...BERLIN, to: '02:00' }, 'the same time'],
])('%j is refused', (options, words) => {
  expect(JSON.stringify(clock.options.safeParse(options).error?.issues)).toContain(words)
})

test('says what time it is there, and what the window is', async () => {
  const at = { ...read, now: () => Date.parse('2026-11-28T05:00:00Z') }
  expect(await clock.measure(clock.options.parse(BERLIN), at)).toMatchObject({
    samples: [
      { value: 'sat 06:00 in Europe/Berlin', failing: 'sat 06:00 in Europe/Berlin, not in 02:00 to 04:00' },
    ],
  })
})
