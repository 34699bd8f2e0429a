/** What stands for a mark of ours where a terminal knows no characters but those of ASCII. */
const STAND_INS: Readonly<Record<string, string>> = {
  '…': '...',
  '→': '->',
  '×': 'x',
  '✓': '+',
  '✗': 'x',
  '─': '-',
  '│': '|',
  '└': '+',
  '█': '#',
  '·': '.',
}

const MARKS = new RegExp(`[${Object.keys(STAND_INS).join('')}]`, 'gu')

/** As the locale says, in the order in which the C library asks: without one it is that of POSIX. */
export function isUtf8(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => one !== undefined && one !== '')
  return /utf-?8/i.test(locale ?? '')
}

/** Text for people, in characters that their terminal knows. What others have written stays as they wrote it. */
export function spell(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return isUtf8(env) ? text : text.replaceAll(MARKS, (mark) => STAND_INS[mark] ?? mark)
}
