import { z } from 'zod'

/** What the session cookie says. It names a person, a session version and a session; everything else is asked of the database. */
export const sessionClaims = z.object({ userId: z.uuid(), sessionVersion: z.int(), sessionId: z.uuid(), exp: z.int() })
export type SessionClaims = z.infer<typeof sessionClaims>

/** Two weeks; people who come back sooner get a new cookie from next-auth's own renewal. */
export const SESSION_SECONDS = 14 * 24 * 3_600
