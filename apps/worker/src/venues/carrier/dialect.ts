/** How one venue's sockets are spoken to: what subscribes, what acknowledges it, what keeps the connection alive. */
import type { Emit } from '../../feed/taker-candles.ts'
import type { Reading } from '../../feed/venue-feed.ts'

export type Frame = object | string

/** One frame to send, and what the venue's acknowledgements of it will be called (see Acknowledgement). */
export interface Request {
  frame: Frame
  /** every one of them must come; empty: the venue does not acknowledge this */
  awaits: readonly string[]
}

/** `keys` as the requests await them; null: the message names none, and is about everything that waits. */
export interface Acknowledgement {
  keys: readonly string[] | null
  /** what the venue says; null: it agrees */
  refusal: string | null
}

export interface Heartbeat {
  everyMs: number
  frame(): Frame
  /** a message that answers it, and nothing else */
  isAnswer(message: unknown): boolean
}

/**
 * One is made per socket, so that it may count its requests. No I/O: frames go out and messages come in through
 * carried-socket.ts.
 */
export interface Dialect {
  /** least distance between two frames, ms */
  readonly betweenMs: number
  /** how many symbols one call of subscribe() may be given, by the venue's limits on a frame; more are given in turns */
  readonly symbolsPerBatch: number
  /** sent once, before any symbol: subscriptions that are not by symbol */
  opening?(): readonly Request[]
  /** The frames go out one after the other; the symbols count as subscribed when all that they await has come. */
  subscribe(symbols: readonly string[]): readonly Request[]
  unsubscribe(symbols: readonly string[]): readonly Request[]
  /** undefined: the message is none */
  acknowledgement(message: unknown): Acknowledgement | undefined
  /** null: the venue answers the protocol's own pings */
  readonly heartbeat: Heartbeat | null
  /** What it means; acknowledgements and answers to heartbeats do not come here. Never an empty list. `receivedAt`: our clock, UTC ms */
  read(message: unknown, receivedAt: number): readonly Reading[]
  /** Called once, before anything else. Readings that come later than their message (candles that wait for trades) go by `emit`. */
  begin?(emit: Emit): void
  /** Exactly these symbols are subscribed to now: what is known of others may be forgotten. */
  subscribed?(symbols: ReadonlySet<string>): void
  /** The socket is gone; what `emit` is given before this returns is still handed on. */
  end?(): void
}
