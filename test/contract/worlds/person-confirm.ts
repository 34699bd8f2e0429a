import { stoppable } from '../../helpers/stoppable.ts'
import type { GateWorld } from '../world.ts'

/** There is no part behind it but a person. */
export const personConfirm: GateWorld = {
  kind: 'gate',
  needs: [],
  start: async () =>
    stoppable(
      {
        stage: async () => ({
          options: { question: 'Has the support team\nbeen told?', expect: 'told' },
          secrets: {},
        }),
      },
      async () => {},
    ),
}
