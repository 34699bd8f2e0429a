const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls it when the signal aborts; what is returned takes that back. One listener for all of a signal: Node looks through
 * the whole list of them whenever one is added or removed, and a thousand requests wait for the same one.
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  const acts = waiting.get(signal) ?? listenTo(signal)
  acts.add(act)
  return () => void acts.delete(act)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>()
  waiting.set(signal, acts)
  signal.addEventListener(
    'abort',
    () => {
      for (const act of acts) act()
    },
    { once: true },
  )
  return acts
}
