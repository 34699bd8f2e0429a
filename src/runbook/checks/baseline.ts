import { asMap } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'

/** A floor is there so that five times nothing is something: less than nothing is no help, and turns `times` round. */
export function checkFloor({ baseline }: Record<string, unknown>, at: Path, report: Report): void {
  const { floor } = asMap(baseline)
  if (!(Number.parseFloat(String(floor)) < 0)) return
  report.value([...at, 'baseline', 'floor'], {
    code: 'floor',
    message: `floor: ${String(floor)} is less than nothing, and what is usual would count as it is`,
    cure: 'the least that is to count as usual: floor: 0.1%, 50ms; 0 where there is none',
  })
}

/** So many times what is less than nothing is less than that. */
export function checkUsual({ baseline }: Record<string, unknown>, at: Path, report: Report): void {
  const { value } = asMap(baseline)
  if (!(Number.parseFloat(String(value)) < 0)) return
  report.value([...at, 'baseline', 'value'], {
    code: 'baseline',
    message: `value: ${String(value)} is less than nothing: more times as much would be less`,
    cure: 'what it usually is: value: 0.5%, 200ms; compare with a number where it can be negative',
  })
}
