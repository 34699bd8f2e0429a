// Commands for people: words quoted for a POSIX shell, with secrets as the variables that hold them.

const OPEN = '\u{E000}'
const CLOSE = '\u{E001}'
const MARKER = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'gu')

/** Stands in an option for a secret; `expression` is what a shell expands to it: `$TOKEN`, `$(cat file)`. */
export function secretMarker(expression: string): string {
  return `${OPEN}${expression}${CLOSE}`
}

export function hasSecretMarker(text: string): boolean {
  return text.includes(OPEN)
}

/** One word of a command line: bare when it is plain, quoted when not, `"$NAME"` for a secret. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  if (!hasSecretMarker(text)) return `'${text.replaceAll("'", "'\\''")}'`
  const parts = text.split(MARKER)
  // Odd elements are the shell expressions between the markers.
  const quoted = parts.map((part, index) =>
    index % 2 === 1 ? expression(part, parts[index + 1] ?? '') : part.replaceAll(/["$`\\]/g, '\\$&'),
  )
  return `"${quoted.join('')}"`
}

/** `$TOKEN` before `suffix` would be the variable TOKENsuffix. */
function expression(text: string, following: string): string {
  return /^\$\w+$/.test(text) && /^\w/.test(following) ? `\${${text.slice(1)}}` : text
}

export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ')
}
