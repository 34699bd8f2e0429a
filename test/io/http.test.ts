import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'

import { afterAll, afterEach, describe, expect, test } from 'vitest'

import { closeHttp } from '../../src/io/http-agents.ts'
import { exchange, HttpStatusError, openStream } from '../../src/io/http.ts'
import { NetworkError } from '../../src/io/network-error.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})
afterAll(closeHttp)

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serveTcp(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function failure(promise: Promise<unknown>): Promise<NetworkError> {
  const error: unknown = await promise.then(
    () => 'it did not fail',
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NetworkError)
  return error as NetworkError
}

describe('one exchange', () => {
  test('sends what was asked and gives back what was answered', async () => {
    const seen: Record<string, unknown> = {}
    const host = await serve((request, response) => {
      Object.assign(seen, { method: request.method, url: request.url, headers: request.headers })
      response.writeHead(201, [
        ['X-Thing', 'one'],
        ['x-thing', 'two'],
      ])
      response.end(Buffer.from([0, 255, 10]))
    })
    const response = await exchange({
      method: 'PUT',
      url: `http://us%40er:p%3Aw@${host}/a/b?c=d`,
      headers: { 'X-Mine': 'yes', 'Accept-Encoding': 'gzip' },
      body: 'abc',
    })
    expect(response).toMatchObject({ status: 201, headers: { 'x-thing': 'one, two' } })
    expect([...response.body]).toEqual([0, 255, 10])
    expect(seen).toMatchObject({
      method: 'PUT',
      url: '/a/b?c=d',
      headers: {
        'x-mine': 'yes',
        'accept-encoding': 'identity',
        'content-length': '3',
        authorization: `Basic ${btoa('us@er:p:w')}`,
      },
    })
  })

  test('a redirect is an answer, not a way', async () => {
    let asked = 0
    const host = await serve((_request, response) => {
      asked += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect((await exchange({ method: 'GET', url: `http://${host}/` })).status).toBe(307)
    expect(asked).toBe(1)
  })

  test('a body that never ends is an error, not a cut text', async () => {
    const host = await serve((_request, response) => {
      const more = () => response.write(Buffer.alloc(64 * 1024)) && setImmediate(more)
      response.on('drain', more)
      more()
    })
    const error = await failure(exchange({ method: 'GET', url: `http://${host}/`, limit: 100_000 }))
    expect(error).toMatchObject({ code: 'answer-too-long', sent: true })
  })

  test('a body of exactly the limit is accepted', async () => {
    const host = await serve((_request, response) => response.end('12345'))
    const { body } = await exchange({ method: 'GET', url: `http://${host}/`, limit: 5 })
    expect(Buffer.from(body).toString()).toBe('12345')
  })
})

describe('no answer', () => {
  test('a byte now and then does not keep it alive', async () => {
    const host = await serve((_request, response) => {
      const drip = setInterval(() => response.write('.'), 10)
      ends.push(() => clearInterval(drip))
    })
    const error = await failure(exchange({ method: 'GET', url: `http://${host}/`, timeout: 150 }))
    expect(error).toMatchObject({ sent: true, timedOut: true })
    expect(error.message).toBe(`no answer from ${host} within 150 ms`)
  })

  test('refused: certainly not sent', async () => {
    const host = await serveTcp(() => {})
    ends.pop()?.()
    const error = await failure(exchange({ method: 'POST', url: `http://${host}/deploy?key=hunter22` }))
    expect(error).toMatchObject({ sent: false, message: `connection refused by ${host}` })
  })

  test('reset after it was sent: may have happened', async () => {
    const host = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const error = await failure(exchange({ method: 'POST', url: `http://${host}/` }))
    expect(error).toMatchObject({ sent: true, code: 'network-lost' })
  })

  test('cut in the middle of the body: may have happened', async () => {
    const host = await serveTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
    )
    expect(await failure(exchange({ method: 'POST', url: `http://${host}/` }))).toMatchObject({ sent: true })
  })

  test('not TLS: certainly not sent', async () => {
    const host = await serve((_request, response) => response.end())
    const error = await failure(exchange({ method: 'POST', url: `https://${host}/` }))
    expect(error).toMatchObject({ sent: false, message: `${host} does not speak TLS` })
  })

  test('interrupted', async () => {
    const host = await serveTcp(() => {})
    const error = await failure(exchange({ method: 'GET', url: `http://${host}/` }, AbortSignal.timeout(50)))
    expect(error.code).toBe('interrupted')
  })

  test('a message never holds the path, the query or the password of a URL', async () => {
    const host = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const url = `http://robot:hunter22@${host}/deploy/srv-secret?key=hunter23`
    const error = await failure(exchange({ method: 'POST', url }))
    const shown = JSON.stringify([error.message, error.found, error.cure, String(error.cause), error.stack])
    expect(shown).not.toMatch(/hunter|srv-secret/)
  })
})

describe('an idle connection that the server closed', () => {
  /** Answers the first request, and resets at the second on the same connection, as a restarted server would. */
  function once2(): { listener: (socket: Socket) => void; requests: string[] } {
    const requests: string[] = []
    let first = true
    return {
      requests,
      listener: (socket) => {
        let answered = false
        socket.on('data', (data) => {
          requests.push(data.toString().split(' ', 1)[0] ?? '')
          if (answered && first) {
            first = false
            return socket.resetAndDestroy()
          }
          answered = true
          return socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
        })
      },
    }
  }

  test('is asked again by a look', async () => {
    const { listener, requests } = once2()
    const url = `http://${await serveTcp(listener)}/`
    await exchange({ method: 'GET', url })
    expect((await exchange({ method: 'GET', url })).status).toBe(200)
    expect(requests).toEqual(['GET', 'GET', 'GET'])
  })

  test('is asked again by a look, also when there are several of them', async () => {
    // Each connection answers once, and is reset at its second request: a server that was restarted.
    const host = await serveTcp((socket) => {
      let answered = false
      socket.on('data', () => {
        if (answered) return socket.resetAndDestroy()
        answered = true
        return socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      })
    })
    const url = `http://${host}/`
    const looks = () => Promise.all([1, 2, 3].map(() => exchange({ method: 'GET', url })))
    await looks()
    expect((await exchange({ method: 'GET', url })).status).toBe(200)
    await looks()
    const chunks = await openStream({ method: 'GET', url }, AbortSignal.timeout(5000))
    let bytes = 0
    for await (const chunk of chunks) bytes += chunk.length
    expect(bytes).toBe(0)
  })

  test('is not asked again by a write', async () => {
    const { listener, requests } = once2()
    const url = `http://${await serveTcp(listener)}/`
    await exchange({ method: 'GET', url })
    expect(await failure(exchange({ method: 'POST', url }))).toMatchObject({ sent: true })
    expect(requests).toEqual(['GET', 'POST'])
  })
})

describe('where requests may go', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.1.1/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
  ])('never to a metadata service: %s', async (url) => {
    const error = await failure(exchange({ method: 'GET', url, insecure: true }))
    expect(error).toMatchObject({ code: 'forbidden-address', sent: false })
  })

  test('plain http only to loopback, or where the runbook says so', async () => {
    await expect(exchange({ method: 'GET', url: 'http://10.0.0.1/' })).rejects.toMatchObject({
      code: 'insecure-http',
    })
    const host = await serve((_request, response) => response.end())
    const named = host.replace('127.0.0.1', 'localhost')
    expect((await exchange({ method: 'GET', url: `http://${named}/` })).status).toBe(200)
  })

  test.each(['', 'hunter22', 'ftp://hunter22/', '/relative'])('not a URL: %j', async (url) => {
    const error: unknown = await exchange({ method: 'GET', url }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'bad-url' })
    expect(String(error)).not.toContain('hunter22')
  })
})

test('a secret that ends with a line break is named by its header, never by its value', async () => {
  const headers = { authorization: 'Bearer hunter22\n' }
  const sent: unknown = await exchange({ method: 'GET', url: 'http://127.0.0.1:1/', headers }).catch(
    (reason: unknown) => reason,
  )
  expect(sent).toMatchObject({ code: 'bad-request', found: expect.stringContaining('authorization') })
  expect(JSON.stringify(sent) + String(sent)).not.toContain('hunter22')
})

describe('a stream', () => {
  test('comes as it is sent, and ends when it is told to', async () => {
    const host = await serve((_request, response) => response.write('one'))
    const stop = new AbortController()
    const seen: string[] = []
    for await (const chunk of await openStream({ method: 'GET', url: `http://${host}/` }, stop.signal)) {
      seen.push(Buffer.from(chunk).toString())
      stop.abort()
    }
    expect(seen).toEqual(['one'])
  })

  test('outlives the time for its headers', async () => {
    const host = await serve((_request, response) => {
      response.write('one')
      setTimeout(() => response.end('two'), 300)
    })
    const seen: string[] = []
    const url = `http://${host}/`
    for await (const chunk of await openStream(
      { method: 'GET', url, timeout: 100 },
      new AbortController().signal,
    ))
      seen.push(Buffer.from(chunk).toString())
    expect(seen.join()).toBe('one,two')
  })

  test('refused by the server, it says how', async () => {
    const host = await serve((_request, response) => response.writeHead(410).end('{"reason":"Expired"}'))
    const opening = openStream({ method: 'GET', url: `http://${host}/` }, new AbortController().signal)
    await expect(opening).rejects.toMatchObject({ status: 410, body: '{"reason":"Expired"}' })
    await expect(opening).rejects.toBeInstanceOf(HttpStatusError)
  })

  test('broken in the middle, it is an error and not an end', async () => {
    const host = await serveTcp((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', () => socket.end())
      }),
    )
    const read = async () => {
      const chunks = await openStream({ method: 'GET', url: `http://${host}/` }, new AbortController().signal)
      for await (const chunk of chunks) expect(chunk).toHaveLength(3)
    }
    expect(await failure(read())).toMatchObject({ sent: true })
  })
})
