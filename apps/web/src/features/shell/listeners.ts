/** Who wants to hear of a change: the part of a small store that all of them share. */
export class Listeners {
  private readonly all = new Set<() => void>()

  /** Returns what ends it. As useSyncExternalStore wants it: the same function every time. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.all.add(listener)
    return () => this.all.delete(listener)
  }

  readonly tell = (): void => {
    for (const listener of this.all) listener()
  }
}
