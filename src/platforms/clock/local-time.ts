const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** The day of the week (0 is Monday) and `HH:MM` on the clocks of a time zone. Throws a RangeError for an unknown zone. */
export function localTime(at: number, zone: string): { day: number; time: string } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return { day: DAYS.indexOf(parts.weekday ?? ''), time: `${parts.hour}:${parts.minute}` }
}
