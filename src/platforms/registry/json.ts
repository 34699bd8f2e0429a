import { parseJson } from '../../core/parse-json.ts'

/** undefined when it is not JSON: the schema then says what is missing, the parser's message would quote a secret. */
export function jsonOf(text: string | Uint8Array): unknown {
  return parseJson(typeof text === 'string' ? text : new TextDecoder().decode(text))
}
