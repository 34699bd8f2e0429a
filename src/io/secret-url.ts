// What is secret in a URL that is a secret: programs and servers seldom repeat it whole.

export interface Piece {
  text: string
  /** From this length on its beginning alone gives something away: not `https://api.render.com`, say. */
  tells: number
}

/** Shorter values of a query would take harmless words out of every text. */
const SHORTEST_VALUE = 6
const SHORTEST_SEGMENT = 12
/** As long as this nothing is a word. */
const LONG = 20
/** Cut off behind fewer characters, the secret part of a URL has not begun to show. */
const SHOWN = 4
const BEGINNING = 8

const KEY_NAME = /^[a-z]$|key|token|secret|sig|pass|pwd|auth|code|cred|hash|hook/i
const PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' }

/** The URL as others write it, and what of it is a secret by itself; nothing when it is no URL. */
export function piecesOf(text: string): Piece[] {
  const url = urlOf(text)
  if (url === undefined) return []
  return [
    ...[text, url.href, text.toLowerCase(), ...spellings(url), ...below(url)].map(spelled),
    ...valuesIn(url).map((value) => ({ text: value, tells: BEGINNING })),
  ]
}

/** Whether a server that repeats this address may repeat a secret. What cannot be read may be anything. */
export function mayHoldSecret(address: string): boolean {
  const url = urlOf(address)
  return url === undefined || url.search !== '' || valuesIn(url).length > 0
}

/** A URL for people: whatever in it may be a secret is left out. Other text stays as it is. */
export function withoutSecrets(text: string): string {
  const url = urlOf(text)
  if (url === undefined) return text
  return valuesIn(url).reduce((shown, value) => shown.replaceAll(value, '…'), text)
}

function urlOf(text: string): URL | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}

/** With its port and without, with the login and without. */
function spellings({ protocol, username, password, hostname, port, pathname, search, hash }: URL): string[] {
  const pair = password === '' ? username : `${username}:${password}`
  const rest = `${pathname}${search}`
  const usual = PORTS[protocol]
  return ['', pair === '' ? '' : `${pair}@`].flatMap((login) => {
    const start = `${protocol}//${login}${hostname}`
    const hosts =
      port === '' ? [start, ...(usual === undefined ? [] : [`${start}:${usual}`])] : [`${start}:${port}`]
    return hosts.flatMap((host) => [`${host}${rest}`, `${host}${rest}${hash}`])
  })
}

/** A server knows what comes after its name: `Cannot POST /deploy/srv-abc?key=…`. */
function below({ protocol, pathname, search }: URL): string[] {
  const telling = search !== '' || (protocol in PORTS && pathname.lastIndexOf('/') > 0)
  return telling && pathname.length + search.length >= BEGINNING ? [`${pathname}${search}`] : []
}

function spelled(text: string): Piece {
  const query = text.indexOf('?')
  const open = query === -1 ? text.lastIndexOf('/') + 1 : query + 1
  return { text, tells: Math.max(BEGINNING, open + SHOWN) }
}

function valuesIn(url: URL): string[] {
  const { username, password, pathname, search, hash } = url
  const login = [password, ...(isToken(username) ? [username] : [])]
  const segments = [...pathname.split('/'), hash.slice(1)].filter(isToken)
  const found = [...login, ...segments, ...search.slice(1).split('&').flatMap(fromQuery)]
  return [...new Set(found.flatMap((value) => [value, decoded(value)]))].filter((value) => value !== '')
}

/** `env=production` is a secret only as a pair: the word by itself stands in every second line. */
function fromQuery(pair: string): string[] {
  const at = pair.indexOf('=')
  const [name, value] = at === -1 ? ['', pair] : [pair.slice(0, at), pair.slice(at + 1)]
  if (value.length < SHORTEST_VALUE) return []
  return KEY_NAME.test(name) || isMixed(value) || value.length >= LONG ? [value] : [pair]
}

function isToken(text: string): boolean {
  return text.length >= LONG || (text.length >= SHORTEST_SEGMENT && isMixed(text))
}

/** No word: `Xk3v9`, `aBcDe`. A path or a version is none either, and yet no secret. */
function isMixed(text: string): boolean {
  return !/[/:.]/.test(text) && (/\d/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text)))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
