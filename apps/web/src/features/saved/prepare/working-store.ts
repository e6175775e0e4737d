import { Listeners } from '../../shell/listeners.ts'
import { type Draft, draftOf, mergeWorking, readWorking, type WorkingState, withDraft } from './working.ts'

/** What is kept elsewhere, or `refused`: it is wrong in itself, and sending it again would not help. Rejects when nobody answers. */
export type PutAnswer = { kept: boolean; state: WorkingState | null; version: number | null } | 'refused'

export interface WorkingPorts {
  /** this browser's storage, which other tabs use too; null and nothing where it is blocked */
  read: () => string | null
  write: (text: string) => void
  get: () => Promise<{ state: WorkingState | null; version: number | null }>
  put: (given: { version: number | null; state: WorkingState }) => Promise<PutAnswer>
}

/** Two machines that keep at the same moment; more often than this they take turns a little later. */
const MOST_ROUNDS = 5

/**
 * The screen as it is left: in this browser at once, on the server when it answers. Nothing is overwritten that another tab or machine
 * kept meanwhile; both are brought together.
 */
export class WorkingStore {
  private readonly ports: WorkingPorts
  private readonly listeners = new Listeners()
  private now: WorkingState | null
  /** what the server was known to hold, in short */
  private sent: string | null = null
  /** undefined: not asked yet */
  private version: number | null | undefined
  private sending: Promise<boolean> | null = null
  private begun: Promise<WorkingState | null> | null = null
  readonly subscribe = this.listeners.subscribe

  constructor(ports: WorkingPorts) {
    this.ports = ports
    this.now = this.stored()
  }

  readonly state = (): WorkingState | null => this.now
  draft(instrument: string, viewId: string | null): Draft | null {
    return draftOf(this.now, instrument, viewId)
  }

  /** What was left before this page: on the server, where it answers, or in this browser. The same however often it is asked. */
  start(): Promise<WorkingState | null> {
    this.begun ??= this.ask().then(
      () => this.now,
      () => this.now,
    )
    return this.begun
  }

  /** What the screen shows now. */
  show(screen: Omit<WorkingState, 'at' | 'drafts'>, at: number): void {
    this.take(this.stored())
    const { now } = this
    this.become({ ...screen, at: after(now, at), drafts: now?.drafts ?? [] })
  }

  keep(draft: Draft): void {
    this.take(this.stored())
    const { now } = this
    const known = this.draft(draft.instrument, draft.viewId)
    const screen = now ?? { instrument: draft.instrument, query: {}, theme: 'dark', layoutId: null, viewId: draft.viewId, at: 0 }
    this.become({ ...screen, drafts: withDraft(now?.drafts ?? [], { ...draft, at: after(known, draft.at) }) })
  }

  /** A draft that was saved or thrown away; nothing where there is none. */
  drop(instrument: string, viewId: string | null, at: number): void {
    if (this.draft(instrument, viewId)?.content) this.keep({ instrument, viewId, version: null, content: null, at })
  }

  /** Another tab has written. */
  changed(): void {
    this.take(this.stored())
  }

  /** Something is here that the server does not have. */
  unsent(): boolean {
    return this.now !== null && inShort(this.now) !== this.sent
  }

  /** Sends what is left to send. Resolves to false where that has to be tried again. */
  flush(): Promise<boolean> {
    this.sending ??= this.send()
      .catch(() => false)
      .finally(() => {
        this.sending = null
      })
    return this.sending
  }

  private async send(): Promise<boolean> {
    if (this.version === undefined) await this.ask()
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const state = this.now
      if (!state || !this.unsent()) return true
      const answer = await this.ports.put({ version: this.version ?? null, state })
      if (answer === 'refused') {
        this.sent = inShort(state)
        return true
      }
      this.version = answer.version
      if (answer.kept) this.sent = inShort(state)
      else this.take(answer.state)
    }
    return false
  }

  private async ask(): Promise<void> {
    const { state, version } = await this.ports.get()
    this.version = version
    this.sent = state && inShort(state)
    this.take(state)
  }

  private take(other: WorkingState | null): void {
    const merged = mergeWorking(this.now, other)
    if (merged && (!this.now || inShort(merged) !== inShort(this.now))) this.become(merged)
  }

  private become(state: WorkingState): void {
    this.now = state
    this.ports.write(JSON.stringify(state))
    this.listeners.tell()
  }

  private stored(): WorkingState | null {
    try {
      return readWorking(JSON.parse(this.ports.read() ?? 'null'))
    } catch {
      return null
    }
  }
}

/** Later than what is known, also where that comes from a machine whose clock is ahead. */
const after = (known: { at: number } | null, at: number): number => Math.max(at, (known?.at ?? 0) + 1)

/** Times tell versions apart: each change has its own. */
const inShort = ({ at, drafts }: WorkingState): string =>
  [at, ...drafts.map((draft) => `${draft.instrument} ${draft.viewId} ${draft.at} ${draft.content === null}`)].join('\n')
