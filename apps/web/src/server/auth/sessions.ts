import type { Database } from '@faultline/db/database'
import type { Allowance } from '@faultline/db/repositories/plans'
import { sessionState } from '@faultline/db/repositories/users'
import { LRUCache } from 'lru-cache'
import { decode } from 'next-auth/jwt'
import { z } from 'zod'
import { sessionTokenOf } from './session-token.ts'

/** Who asks, as the database has it now. */
export interface SessionUser {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly role: 'admin' | 'member'
  readonly sessionVersion: number
  readonly passwordIsInitial: boolean
  readonly emailVerified: boolean
  /** a second factor is asked for at sign-in */
  readonly secondFactor: boolean
  /** what the plan allows */
  readonly allowance: Allowance
}

export interface Session {
  readonly user: SessionUser
  /** Aborts when this session ends (password changed, person disabled, expired). Watching stops when `until` aborts. */
  whenEnded(until: AbortSignal): AbortSignal
}

/** What the cookie says. It names a person and a session version; everything else is asked of the database. */
const claimsSchema = z.object({ userId: z.uuid(), sessionVersion: z.int(), exp: z.int() })
export type SessionClaims = z.infer<typeof claimsSchema>

type State = Awaited<ReturnType<typeof sessionState>>

/** How long an answer of the database is believed while NOTIFY tells of changes: a bound for the unforeseen. */
const BELIEVE_MS = 5_000
/** Running streams ask again this often, in case a notice was lost. */
const RECHECK_MS = 30_000

/**
 * Checks session cookies against the database. Answers are kept for a few seconds and dropped by `forget()`, which the
 * NOTIFY of a changed person calls, so that a password change or a disabled account ends a copied cookie at once.
 */
export class Sessions {
  private readonly db: Database
  private readonly secret: string
  private readonly states = new Map<string, { answer: Promise<State>; at: number }>()
  /** decrypting a token costs more than the rest of a tile's answer */
  private readonly claims = new LRUCache<string, SessionClaims>({ max: 10_000 })
  private readonly watchers = new Set<{ claims: SessionClaims; check: () => void }>()
  private notified = false

  constructor(options: { db: Database; secret: string }) {
    this.db = options.db
    this.secret = options.secret
  }

  /** The living session of a Cookie header; null when there is none. Rejects when the database cannot be asked. */
  async ofCookies(cookieHeader: string | null | undefined): Promise<Session | null> {
    const token = sessionTokenOf(cookieHeader)
    const claims = token === null ? null : await this.read(token)
    return claims && this.ofClaims(claims)
  }

  async ofClaims(claims: SessionClaims): Promise<Session | null> {
    if (claims.exp * 1_000 <= Date.now()) return null
    const state = await this.stateOf(claims.userId)
    if (!state || state.disabled || state.sessionVersion !== claims.sessionVersion) return null
    const { disabled: _disabled, ...rest } = state
    const user: SessionUser = { userId: claims.userId, ...rest }
    return { user, whenEnded: (until) => this.watch(claims, until) }
  }

  /** Drops what is known of a person, or of everybody, and checks their running streams now. */
  forget(userId?: string): void {
    if (userId === undefined) this.states.clear()
    else this.states.delete(userId)
    for (const { claims, check } of this.watchers) if (userId === undefined || claims.userId === userId) check()
  }

  /** Without notices nothing may be believed: then every check asks the database. */
  setNotified(notified: boolean): void {
    this.notified = notified
    this.forget()
  }

  private async read(token: string): Promise<SessionClaims | null> {
    const known = this.claims.get(token)
    if (known) return known
    try {
      const claims = claimsSchema.parse(await decode({ token, secret: this.secret }))
      this.claims.set(token, claims)
      return claims
    } catch {
      return null // forged, damaged, expired, or made with another secret
    }
  }

  private stateOf(userId: string): Promise<State> {
    const known = this.states.get(userId)
    if (known && Date.now() - known.at < (this.notified ? BELIEVE_MS : 0)) return known.answer
    const answer = sessionState(this.db, userId)
    this.states.set(userId, { answer, at: Date.now() })
    answer.catch(() => {
      if (this.states.get(userId)?.answer === answer) this.states.delete(userId)
    })
    return answer
  }

  private watch(claims: SessionClaims, until: AbortSignal): AbortSignal {
    const ended = new AbortController()
    const stop = () => {
      clearInterval(timer)
      this.watchers.delete(watcher)
    }
    const check = () => {
      // while the database is away nobody is thrown out: the next check decides
      this.ofClaims(claims).then(
        (session) => {
          if (session) return
          stop()
          ended.abort()
        },
        () => {},
      )
    }
    const watcher = { claims, check }
    const timer = setInterval(check, RECHECK_MS)
    timer.unref()
    this.watchers.add(watcher)
    if (until.aborted) stop()
    else {
      until.addEventListener('abort', stop, { once: true })
      check() // it may have ended between the request's check and this line
    }
    return ended.signal
  }
}
