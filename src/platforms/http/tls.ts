import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

import type { ReadDoor, TlsOptions } from '../../core/doors.ts'
import { Problem } from '../../core/problem.ts'
import type { TlsFiles } from './tls-options.ts'

// Looked at here, because what TLS says of them is `DECODER routines::unsupported`. Nothing of them is ever quoted.

/** Throws a Problem where one of them is not what it should be. */
export async function tlsOf(files: TlsFiles, read: ReadDoor): Promise<TlsOptions | undefined> {
  if (files === undefined) return undefined
  const [ca, cert, key] = await Promise.all([
    textOf('ca', files.ca, read),
    textOf('cert', files.cert, read),
    textOf('key', files.key, read),
  ])
  if (ca !== undefined) certificateIn('ca', ca)
  if (cert !== undefined && key !== undefined && !certificateIn('cert', cert).checkPrivateKey(keyIn(key)))
    throw unfit('tls.key belongs to another certificate than tls.cert')
  return { ca, cert, key }
}

async function textOf(name: string, given: string | undefined, read: ReadDoor): Promise<string | undefined> {
  // A path has no line break; a secret that is no file may be all sorts of things.
  if (given === undefined || given.includes('\n')) return given
  const text = await read.file(given)
  if (text !== undefined) return text
  throw new Problem({
    code: 'tls-file-missing',
    message: `there is no file ${given} for tls.${name}`,
    cure: 'Its path starts at the folder of the runbook',
  })
}

function certificateIn(name: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw unfit(`tls.${name} is no certificate in PEM`)
  }
}

function keyIn(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw unfit(
      pem.includes('ENCRYPTED') ? 'tls.key is locked with a passphrase' : 'tls.key is no private key in PEM',
    )
  }
}

function unfit(message: string): Problem {
  return new Problem({
    code: 'tls-unfit',
    message,
    cure: 'openssl x509 -in <file> and openssl pkey -in <file> show what they are',
  })
}
