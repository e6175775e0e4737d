import type { NextAuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { safeCallbackPath } from '../features/account/prepare/safe-callback-path.ts'
import { sessionClaims } from './auth/session-claims.ts'
import { webRuntime } from './runtime.ts'

/** Two weeks; people who come back sooner get a new cookie from next-auth's own renewal. */
const SESSION_SECONDS = 14 * 24 * 3_600

/** next-auth signs people in and out and keeps the cookie; who they are and what they may, the database says each time. */
export const authOptions = (): NextAuthOptions => ({
  secret: webRuntime().authSecret,
  useSecureCookies: webRuntime().secureCookies,
  session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
  pages: { signIn: '/sign-in', error: '/sign-in' },
  providers: [
    Credentials({
      credentials: { email: { label: 'Email', type: 'email' }, password: { label: 'Password', type: 'password' } },
      authorize: async (given, request) => {
        const { userId, ...person } = (await webRuntime().signIn(given, fromOf(request.headers))) ?? {}
        return userId === undefined ? null : { id: userId, ...person }
      },
    }),
  ],
  callbacks: {
    /** Only sign-in writes the token: what `session.update()` sends is not looked at. */
    async jwt({ token, user }) {
      if (user) return claimsOf({ userId: user.id, ...user })
      const claims = sessionClaims.safeParse(token)
      // next-auth clears the cookie and answers {}
      if (!claims.success || !(await webRuntime().isAlive(claims.data))) throw new Error('This session has ended.')
      return claimsOf(claims.data)
    },
    session: ({ session }) => ({ expires: session.expires }),
    redirect: ({ url, baseUrl }) => baseUrl + safeCallbackPath(url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url),
  },
  events: {
    // a copy of the cookie is worth nothing either
    signOut: async ({ token }) => {
      const claims = sessionClaims.safeParse(token)
      if (claims.success) await webRuntime().signOut(claims.data)
    },
  },
  logger: {
    error: (code, metadata) => {
      // an ended session is everyday life
      if (code !== 'JWT_SESSION_ERROR') process.stderr.write(`sign-in: ${code} ${JSON.stringify(metadata)}\n`)
    },
    warn: () => {},
    debug: () => {},
  },
})

/** What a token carries, and nothing else of what it is made of. */
const claimsOf = ({ userId, sessionVersion, sessionId }: { userId: string; sessionVersion?: unknown; sessionId?: unknown }) => ({
  userId,
  sessionVersion,
  sessionId,
})

/** The front says from which address a request comes; what the client claims it has removed. */
const fromOf = (headers: Record<string, unknown> | undefined) => ({
  ip: String(headers?.['x-faultline-ip'] ?? ''),
  userAgent: String(headers?.['user-agent'] ?? ''),
})
