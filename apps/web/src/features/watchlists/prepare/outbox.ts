/**
 * Changes of watchlists that the server has not got yet. They are kept where a closed page and a lost connection do not reach
 * them, are shown at once, and are made on the newest version of their list: who comes second adds to what the first has done.
 * No browser in here: what it needs is given to it.
 */
import { z } from 'zod'
import type { Failure } from './failure-of.ts'
import { applyAll, type Operation, operation, type Refusal, type Watchlist } from './operations.ts'

const pending = z.object({ id: z.string().min(1).max(60), listId: z.uuid(), operation })
export type Pending = z.infer<typeof pending>

/** A list as the server has it. */
export interface StoredList extends Watchlist {
  id: string
  version: number
}

export type Told =
  /** the operation does not fit any more what the list is now */
  | { kind: 'refused'; pending: Pending; refusal: Refusal; list: Watchlist }
  /** the server refuses: the right is gone, the list is gone, or the operation is wrong */
  | { kind: 'failed'; pending: readonly Pending[]; message: string }

/** What an attempt at the server came to, besides the list. */
export type Answer<L> = { ok: true; list: L } | Failure

export interface OutboxDoors<L extends StoredList> {
  /** what is kept, as text; null: nothing */
  read(): string | null
  /** @returns false where it cannot be kept */
  write(text: string | null): boolean
  /** one at a time, over all pages of the browser */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** the newest version that is known here, without asking */
  known(id: string): L | undefined
  get(id: string): Promise<Answer<L>>
  update(id: string, version: number, change: Partial<Watchlist>): Promise<Answer<L>>
  /** shows a version that the server has given */
  took(list: L): void
  tell(told: Told): void
}

/** Changes of others that come in between before it waits for a quieter moment. */
const ATTEMPTS = 6

export class Outbox<L extends StoredList> {
  private readonly doors: OutboxDoors<L>
  private readonly listeners = new Set<() => void>()
  private text: string | null = null
  private queue: readonly Pending[] = []
  /** where nothing can be kept */
  private memory: string | null = null
  private running: Promise<boolean> | null = null
  private again = false

  constructor(doors: OutboxDoors<L>) {
    this.doors = doors
  }

  /** What has not arrived yet, in order. The same array as long as nothing changes. */
  pending(): readonly Pending[] {
    const text = this.memory ?? this.doors.read()
    if (text !== this.text) {
      this.text = text
      this.queue = readQueue(text)
    }
    return this.queue
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Another page has changed what is kept. */
  changed(): void {
    for (const listener of this.listeners) listener()
  }

  add(change: Pending): void {
    this.keep([...this.pending(), change])
  }

  /**
   * Brings everything to the server, list by list. Called while it runs, it looks once more afterwards.
   * @returns false where something is left: the server cannot be reached, or others change the list all the time
   */
  flush(): Promise<boolean> {
    if (this.running) {
      this.again = true
      return this.running
    }
    this.running = this.doors
      .alone(async () => {
        let done: boolean
        do {
          this.again = false
          done = await this.bringAll()
        } while (this.again)
        return done
      })
      .finally(() => {
        this.running = null
      })
    return this.running
  }

  private async bringAll(): Promise<boolean> {
    const left = new Set<string>()
    for (;;) {
      const next = this.pending().find(({ listId }) => !left.has(listId))
      if (!next) return left.size === 0
      const mine = this.pending().filter(({ listId }) => listId === next.listId)
      if (!(await this.bring(next.listId, mine))) left.add(next.listId)
    }
  }

  private async bring(id: string, mine: readonly Pending[]): Promise<boolean> {
    const operations = mine.map(({ operation }) => operation)
    // A version that is known here may be old. Whether it is, an update finds out; where there is nothing to update, or where
    // something is refused, the newest is asked for before anything is said.
    let fresh = false
    let list = this.doors.known(id)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!list) {
        const got = await this.doors.get(id)
        if (!got.ok) return this.ends(mine, got)
        list = got.list
        fresh = true
        this.doors.took(list)
      }
      const applied = applyAll(list, operations)
      const change = changeOf(list, applied.list)
      if (!fresh && (change === null || applied.refused.length > 0)) {
        list = undefined
        continue
      }
      if (change !== null) {
        const answer = await this.doors.update(id, list.version, change)
        if (!answer.ok && answer.why === 'conflict') {
          list = undefined
          continue
        }
        if (!answer.ok) return this.ends(mine, answer)
        this.doors.took(answer.list)
      }
      this.drop(mine)
      for (const { index, refusal } of applied.refused) {
        const pending = mine[index]
        if (pending) this.doors.tell({ kind: 'refused', pending, refusal, list: applied.list })
      }
      return true
    }
    return false
  }

  private ends(mine: readonly Pending[], answer: Exclude<Answer<L>, { ok: true }>): boolean {
    if (answer.why !== 'refused') return false
    this.drop(mine)
    this.doors.tell({ kind: 'failed', pending: mine, message: answer.message })
    return true
  }

  private drop(gone: readonly Pending[]): void {
    const ids = new Set(gone.map(({ id }) => id))
    this.keep(this.pending().filter(({ id }) => !ids.has(id)))
  }

  private keep(queue: readonly Pending[]): void {
    const text = queue.length === 0 ? null : JSON.stringify(queue)
    this.memory = this.doors.write(text) ? null : text
    this.changed()
  }
}

function changeOf(before: Watchlist, after: Watchlist): Partial<Watchlist> | null {
  const change: Partial<Watchlist> = {}
  if (before.name !== after.name) change.name = after.name
  if (before.content !== after.content) change.content = after.content
  return Object.keys(change).length === 0 ? null : change
}

/** What was kept; entries that nobody could have written are left out. */
export function readQueue(text: string | null): Pending[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(kept)
      ? kept.flatMap((entry) => {
          const read = pending.safeParse(entry)
          return read.success ? [read.data] : []
        })
      : []
  } catch {
    return []
  }
}

/** The list as it will be when all of `queue` that is for it has arrived. The same object where nothing is. */
export function withPending<L extends StoredList>(list: L, queue: readonly Pending[]): L {
  const operations: Operation[] = queue.filter(({ listId }) => listId === list.id).map((entry) => entry.operation)
  if (operations.length === 0) return list
  const after = applyAll(list, operations).list
  return after === list ? list : { ...list, name: after.name, content: after.content }
}
