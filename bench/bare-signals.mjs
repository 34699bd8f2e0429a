// The least that asks so many endpoints at once: no runbook, no verdict. Plain JavaScript, because this is a floor: Node
// must not have to take types away first.
// node bare-signals.mjs http://HOST/signals/ COUNT

// `import 'node:http'` would read every member, WebSocket too, and that loads all of undici.
const { Agent, request } = process.getBuiltinModule('node:http')
const agent = new Agent({ keepAlive: true })
const [, , base, count] = process.argv

await Promise.all(Array.from({ length: Number(count) }, (_, index) => ask(base + index)))
agent.destroy()

function ask(url) {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent }, async (response) => {
      await response.toArray()
      if (response.statusCode === 200) resolve()
      else reject(new Error(`${url}: ${response.statusCode}`))
    })
    call.on('error', reject)
    call.end()
  })
}
