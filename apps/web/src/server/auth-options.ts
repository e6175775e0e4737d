import type { NextAuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { safeCallbackPath } from '../features/account/prepare/safe-callback-path.ts'
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
      authorize: async (given) => {
        const person = await webRuntime().signIn(given)
        return person && { id: person.userId, email: person.email, name: person.name, sessionVersion: person.sessionVersion }
      },
    }),
  ],
  callbacks: {
    /** Only sign-in writes the token: what `session.update()` sends is not looked at. */
    async jwt({ token, user }) {
      if (user) return { userId: user.id, sessionVersion: 'sessionVersion' in user ? user.sessionVersion : undefined }
      const { userId, sessionVersion, exp } = token
      const alive =
        typeof userId === 'string' &&
        typeof sessionVersion === 'number' &&
        typeof exp === 'number' &&
        (await webRuntime().isAlive({ userId, sessionVersion, exp }))
      // next-auth clears the cookie and answers {}
      if (!alive) throw new Error('This session has ended.')
      return { userId, sessionVersion }
    },
    session: ({ session }) => ({ expires: session.expires }),
    redirect: ({ url, baseUrl }) => baseUrl + safeCallbackPath(url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url),
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
