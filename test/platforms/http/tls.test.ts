import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Measurement } from '../../../src/core/source.ts'
import { openDoors } from '../../../src/io/doors.ts'
import { measure } from '../../../src/runtime/measure.ts'
import { planOf } from '../../core/plan-of.ts'
import { selfSigned } from '../../helpers/certificate.ts'
import { tempFolder } from '../../helpers/folder.ts'
import { describeWith } from '../../helpers/need.ts'
import { mustRun } from '../../helpers/process.ts'

describeWith(['openssl'], 'an endpoint that asks who we are, with an authority of its own', () => {
  const doors = openDoors()
  let folder: Awaited<ReturnType<typeof tempFolder>>
  let server: ReturnType<typeof createServer>
  let url: string
  const at = (name: string): string => join(folder.path, name)

  const certified = (name: string): Promise<void> =>
    selfSigned(name, { key: at(`${name}.key`), cert: at(`${name}.pem`) })

  beforeAll(async () => {
    folder = await tempFolder('tls')
    await Promise.all(['server', 'client', 'stranger'].map(certified))
    await writeFile(at('no.pem'), 'hunter22')
    const lock = ['-aes256', '-passout', 'pass:hunter22']
    await mustRun('openssl', ['pkey', '-in', at('client.key'), ...lock, '-out', at('locked.key')])
    server = createServer(
      {
        key: await readFile(at('server.key')),
        cert: await readFile(at('server.pem')),
        ca: await readFile(at('client.pem')),
        requestCert: true,
      },
      (request, response) =>
        void response
          .writeHead(200, { 'x-client': (request.socket as TLSSocket).getPeerCertificate().subject.CN })
          .end(),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }, 60_000)

  afterAll(async () => {
    await doors.close()
    server.close()
    server.closeAllConnections()
    await folder.stop()
  })

  function measured(tls: Record<string, string>): Promise<Measurement> {
    const files = Object.fromEntries(
      Object.entries(tls).map(([name, file]) => [name, file.startsWith('$') ? file : at(file)]),
    )
    const secrets = { value: (name: string) => readFile(at(`${name}.key`), 'utf8') }
    const signal = { source: 'http', with: { url, header: 'x-client', tls: files } }
    return measure(planOf([]), secrets, signal, doors.read)
  }

  test('from files, and the key from a secret', async () => {
    const tls = { ca: 'server.pem', cert: 'client.pem', key: '${secrets.client}' }
    expect(await measured(tls)).toMatchObject({ samples: [{ value: 'client' }] })
  })

  test.each([
    ['without the authority', { cert: 'client.pem', key: 'client.key' }, 'is not trusted'],
    ['without a certificate', { ca: 'server.pem' }, 'the connection to 127.0.0.1'],
    [
      'with that of somebody else',
      { ca: 'server.pem', cert: 'stranger.pem', key: 'stranger.key' },
      'the connection',
    ],
  ])('%s it is a failing sample', async (_what, tls, failing) => {
    expect(await measured(tls)).toMatchObject({ samples: [{ failing: expect.stringContaining(failing) }] })
  })

  test.each([
    ['a file that is not there', { ca: 'none.pem' }, 'there is no file'],
    ['a file that is none', { ca: 'no.pem' }, 'tls.ca is no certificate in PEM'],
    [
      'a certificate for its key',
      { cert: 'client.pem', key: 'client.pem' },
      'tls.key is no private key in PEM',
    ],
    ['a key that is locked', { cert: 'client.pem', key: 'locked.key' }, 'locked with a passphrase'],
    ['the key of another', { cert: 'client.pem', key: 'stranger.key' }, 'belongs to another certificate'],
  ])('%s is unknown, and says nothing about the service', async (_what, tls, why) => {
    const one = await measured(tls)
    expect(one).toMatchObject({ kind: 'unreachable', why: expect.stringContaining(why) })
    expect(JSON.stringify(one)).not.toContain('hunter22')
  })
})
