import * as z from 'zod/mini'

import { described, text } from '../options.ts'

const pem = (what: string) =>
  described(z.optional(text()), `${what}: a file in PEM, or the PEM itself ('\${secrets.…}')`)

/** Whom we trust besides the system's own authorities, and who we are. */
export const tlsFiles = () =>
  described(
    z.optional(
      z
        .strictObject({
          ca: pem('the authority that signed the certificate of the server'),
          cert: pem('our own certificate, where the server asks for one'),
          key: pem('its key'),
        })
        .check(
          z.refine(
            ({ cert, key }) => (cert === undefined) === (key === undefined),
            'has only one of cert and key: they go together',
          ),
        ),
    ),
    'an authority of your own, and a client certificate',
  )

export type TlsFiles = z.output<ReturnType<typeof tlsFiles>>
