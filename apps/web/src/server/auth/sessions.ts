import type { Database } from '@faultline/db/database'
import type { Allowance } from '@faultline/db/repositories/plans'
import { type LivingSession, livingSession, touchSession } from '@faultline/db/repositories/sessions'
import { LRUCache } from 'lru-cache'
import { decode } from 'next-auth/jwt'
import { type SessionClaims, sessionClaims } from './session-claims.ts'
import { sessionTokenOf } from './session-token.ts'

/** Who asks, as the database has it now. */
export interface SessionUser {
  readonly userId: string
  /** of the sign-in that this is, see packages/db/src/repositories/sessions.ts */
  readonly sessionId: string
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
  /** Aborts when this session ends (signed out, password changed, person disabled, expired). Watching stops when `until` aborts. */
  whenEnded(until: AbortSignal): AbortSignal
}

/** One person's sessions, by id, as the database last had them. */
type Known = Map<string, { answer: Promise<LivingSession | null>; at: number }>

/** How long an answer of the database is believed while NOTIFY tells of changes: a bound for the unforeseen. */
const BELIEVE_MS = 5_000
/** Running streams ask again this often, in case a notice was lost. */
const RECHECK_MS = 30_000
/** "Last seen" is written no more often than this. */
const TOUCH_MS = 5 * 60_000

/**
 * Checks session cookies against the database. Answers are kept for a few seconds and dropped by `forget()`, which the
 * NOTIFY of a changed person calls, so that a password change or a disabled account ends a copied cookie at once.
 */
export class Sessions {
  private readonly db: Database
  private readonly secret: string
  private readonly people = new LRUCache<string, Known>({ max: 10_000 })
  /** when which session was last written down as seen, by this process */
  private readonly touched = new LRUCache<string, number>({ max: 10_000 })
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
    const living = await this.livingOf(claims)
    // somebody else's session is none
    if (!living || living.userId !== claims.userId) return null
    const { disabled, ...state } = living.state
    if (disabled || state.sessionVersion !== claims.sessionVersion) return null
    this.touch(claims, living.lastSeenAt)
    const user: SessionUser = { userId: claims.userId, sessionId: claims.sessionId, ...state }
    return { user, whenEnded: (until) => this.watch(claims, until) }
  }

  /** Drops what is known of a person, or of everybody, and checks their running streams now. */
  forget(userId?: string): void {
    if (userId === undefined) this.people.clear()
    else this.people.delete(userId)
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
      const claims = sessionClaims.parse(await decode({ token, secret: this.secret }))
      this.claims.set(token, claims)
      return claims
    } catch {
      return null // forged, damaged, expired, or made with another secret
    }
  }

  private livingOf({ userId, sessionId }: SessionClaims): Promise<LivingSession | null> {
    let known = this.people.get(userId)
    if (!known) {
      known = new Map()
      this.people.set(userId, known)
    }
    const now = Date.now()
    const found = known.get(sessionId)
    if (found && now - found.at < (this.notified ? BELIEVE_MS : 0)) return found.answer
    // of one person who has signed in often, no more is kept than is believed
    for (const [id, { at }] of known) if (now - at >= BELIEVE_MS) known.delete(id)
    const answer = livingSession(this.db, sessionId)
    known.set(sessionId, { answer, at: now })
    answer.catch(() => {
      if (known.get(sessionId)?.answer === answer) known.delete(sessionId)
    })
    return answer
  }

  /** Beside the answer, not before it; when it fails, the next request tries again in five minutes. */
  private touch({ userId, sessionId }: SessionClaims, lastSeenAt: Date): void {
    const now = Date.now()
    const last = Math.max(lastSeenAt.getTime(), this.touched.get(sessionId) ?? 0)
    if (now - last < TOUCH_MS) return
    this.touched.set(sessionId, now)
    touchSession(this.db, { userId, sessionId }).catch(() => {})
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
