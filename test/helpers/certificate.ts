import { mustRun } from './process.ts'

/** A certificate for this machine that nobody else has signed, and its key, in PEM; at the paths given. */
export async function selfSigned(name: string, at: { key: string; cert: string }): Promise<void> {
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1']
  await mustRun('openssl', ['req', ...kind, ...names, '-keyout', at.key, '-out', at.cert])
}
