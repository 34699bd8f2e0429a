import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

import { tempFolder } from '../../helpers/folder.ts'
import type { TestKubernetes } from '../../helpers/kubernetes.ts'
import { mustRun } from '../../helpers/process.ts'
import { type Stoppable, stoppable } from '../../helpers/stoppable.ts'

export interface Webhook extends Stoppable {
  /** From now on it is asked about every change of a Deployment in this namespace. */
  guards(cluster: TestKubernetes, namespace: string): Promise<{ lift(): Promise<void> }>
}

/** A real admission webhook that refuses everything, in these words. */
export async function startWebhook({ message }: { message: string }): Promise<Webhook> {
  const folder = await tempFolder('webhook')
  const [keyPath, certPath] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
  await mustRun('openssl', ['req', '-x509', ...curve, ...names, '-keyout', keyPath, '-out', certPath])
  const [key, cert] = await Promise.all([readFile(keyPath), readFile(certPath)])
  const refuse = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { request } = (await json(asked)) as { request: { uid: string } }
    const response = { uid: request.uid, allowed: false, status: { message } }
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }))
  }
  const server = createServer({ key, cert }, (asked, answer) => void refuse(asked, answer)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the webhook has no port')
  const url = `https://127.0.0.1:${address.port}/`

  const parts = {
    async guards(cluster: TestKubernetes, namespace: string) {
      const name = `freeze-${namespace}`
      await cluster.kubectl('label', 'namespace', namespace, `space=${namespace}`, '--overwrite')
      const manifest = join(folder.path, `${name}.json`)
      const text = JSON.stringify(configuration(name, namespace, url, cert.toString('base64')))
      await writeFile(manifest, text)
      const { exitCode, stderr } = await cluster.kubectl('apply', '-f', manifest)
      if (exitCode !== 0) throw new Error(stderr)
      return {
        async lift() {
          await cluster.kubectl('delete', 'validatingwebhookconfiguration', name)
        },
      }
    },
  }
  return stoppable(parts, async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await folder.stop()
  })
}

function configuration(name: string, namespace: string, url: string, caBundle: string): object {
  const rule = {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['UPDATE'],
    resources: ['deployments'],
  }
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'freeze.test.io',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 2,
        clientConfig: { url, caBundle },
        namespaceSelector: { matchLabels: { space: namespace } },
        rules: [rule],
      },
    ],
  }
}
