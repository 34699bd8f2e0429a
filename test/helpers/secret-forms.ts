// How a secret may look where it has no business to be. Written down here once more on purpose: what judges the program
// must not know these forms from the program.

/** The secret itself, and as programs commonly write it; of an address also the parts that a server repeats. */
export function secretForms(secret: string): string[] {
  const forms = partsOf(secret).flatMap((text) => [
    text,
    ...inUrls(text),
    ...inBase64(text),
    ...inJson(text),
    ...inShells(text),
    inHtml(text),
  ])
  return [...new Set(forms)]
}

function partsOf(secret: string): string[] {
  if (!/^\w+:\/\//.test(secret) || !URL.canParse(secret)) return [secret]
  const { href, pathname, search, searchParams } = new URL(secret)
  return [secret, href, `${pathname}${search}`, ...searchParams.values()]
}

function inUrls(text: string): string[] {
  const encoded = encodeURIComponent(text)
  const form = new URLSearchParams([['', text]]).toString().slice(1)
  const lower = (url: string): string => url.replaceAll(/%../g, (hex) => hex.toLowerCase())
  return [encoded, form, encodeURI(text), lower(encoded), lower(form), encodeURIComponent(encoded)]
}

/** Also in the middle of something longer, such as `user:secret`, where it starts at one of three offsets. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text)
  const inner = [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes])
    // Six bits a character; those at both ends hold bits of the neighbours, too.
    const ends = [Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6)] as const
    return [all.toString('base64').slice(...ends), all.toString('base64url').slice(...ends)]
  })
  return [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), ...inner]
}

function inJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  return [json, JSON.stringify(json).slice(1, -1), json.replaceAll('/', String.raw`\/`)]
}

function inShells(text: string): string[] {
  return [
    text.replaceAll("'", String.raw`'\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll(/["$`\\]/g, String.raw`\$&`),
    text.replaceAll(/[^\w@%+=:,./-]/g, String.raw`\$&`),
  ]
}

function inHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}
