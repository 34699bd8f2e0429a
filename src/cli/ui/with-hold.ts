import type { Renderer } from './renderer.ts'

/** While a person is at a question the terminal is theirs: what is told meanwhile comes after it. */
export function withHold(inner: Omit<Renderer, 'hold'>): Renderer {
  const waiting: (() => void)[] = []
  let held = false
  const tell = (show: () => void): void => void (held ? waiting.push(show) : show())
  const flush = (): void => {
    for (const show of waiting.splice(0)) show()
  }

  return {
    follow: (plan) => tell(() => inner.follow(plan)),
    line: (line) => tell(() => inner.line(line)),
    news: (text) => void (held || inner.news(text)),
    hold() {
      held = true
      inner.stop()
      return () => {
        held = false
        flush()
      }
    },
    stop() {
      held = false
      flush()
      inner.stop()
    },
  }
}
