// The least that moves a tag with a backup: five requests, no check, no record. Plain JavaScript, because this is a
// floor: Node must not have to take types away first.
// node bare-retag.mjs http://HOST/v2/NAME/manifests/ TAG TARGET BACKUP

// `import 'node:http'` would read every member, WebSocket too, and that loads all of undici.
const { Agent, request } = process.getBuiltinModule('node:http')
const ACCEPT =
  'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
const agent = new Agent({ keepAlive: true })
const [, , base, tag, target, backup] = process.argv

const live = await ask('GET', tag)
await ask('PUT', backup, live)
const wanted = await ask('GET', target)
await ask('PUT', tag, wanted)
const now = await ask('HEAD', tag)
if (now.digest !== wanted.digest) throw new Error(`${tag} is ${now.digest}`)
agent.destroy()

function ask(method, reference, manifest) {
  const headers = manifest === undefined ? { accept: ACCEPT } : { 'content-type': manifest.type }
  return new Promise((resolve, reject) => {
    const call = request(base + reference, { method, agent, headers }, async (response) => {
      const body = Buffer.concat(await response.toArray())
      if (response.statusCode > 299)
        return reject(new Error(`${method} ${reference}: ${response.statusCode}`))
      resolve({
        body,
        type: response.headers['content-type'],
        digest: response.headers['docker-content-digest'],
      })
    })
    call.on('error', reject)
    call.end(manifest?.body)
  })
}
