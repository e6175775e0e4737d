import type { NextAuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { safeCallbackPath } from '../features/account/prepare/safe-callback-path.ts'
import { oauthProviders, providerProfile } from './auth/oauth-providers.ts'
import { SESSION_SECONDS, sessionClaims } from './auth/session-claims.ts'
import { cookieOf } from './auth/session-token.ts'
import type { SignedIn } from './auth/sign-in.ts'
import { webRuntime } from './runtime.ts'

/**
 * next-auth signs people in and out and keeps the cookie; who they are and what they may, the database says each time.
 * @param headers of the request that it answers: options are made for each
 */
export const authOptions = (headers: Headers): NextAuthOptions => {
  // The front says from which address a request comes; what the client claims it has removed.
  const from = { ip: headers.get('x-faultline-ip') ?? '', userAgent: headers.get('user-agent') ?? '' }
  /** of a sign-in through another site, between the two callbacks that it goes through */
  let begun: SignedIn | undefined
  return {
    secret: webRuntime().authSecret,
    useSecureCookies: webRuntime().secureCookies,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: [
      Credentials({
        credentials: {
          email: { label: 'Email', type: 'email' },
          password: { label: 'Password', type: 'password' },
          code: { label: 'Authentication code' },
          pending: {},
        },
        authorize: async (given) => {
          const { userId, ...person } = (await webRuntime().signIn(given, from)) ?? {}
          return userId === undefined ? null : { id: userId, ...person }
        },
      }),
      ...oauthProviders(webRuntime().oauth),
    ],
    callbacks: {
      /** Where another site has sent somebody back. A path instead of `true`: no session begins, and that is where to go. */
      async signIn({ user, account }) {
        if (account?.type !== 'oauth') return true
        const provider = account.provider === 'google' ? 'google' : 'github'
        const target = targetOf(headers)
        const profile = providerProfile.parse(user)
        const links = target === LINKING
        const cookie = links ? headers.get('cookie') : null
        const outcome = await webRuntime()
          .oauthSignIn({ provider, profile, cookie }, from)
          .catch((error) => ({ is: 'refused', why: error.code === 'rate_limited' ? 'limited' : 'failed' }) as const)
        if (outcome.is === 'linked') return `/account?linked=${provider}`
        if (outcome.is === 'refused') return links ? `/account?linkError=${outcome.why}` : `/sign-in?error=${outcome.why}`
        // behind the #, where no server and no log sees it
        if (outcome.is === 'codeNeeded') return `/sign-in/code?callbackUrl=${encodeURIComponent(target)}#${outcome.pending}`
        begun = outcome.session
        return true
      },
      /** Only sign-in writes the token: what `session.update()` sends is not looked at. */
      async jwt({ token, user }) {
        if (user) return claimsOf(begun ?? { userId: user.id, ...user })
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
        if (claims.success) await webRuntime().signOut(claims.data, from)
      },
    },
    logger: {
      error: (code, metadata) => {
        // an ended session is everyday life
        if (code !== 'JWT_SESSION_ERROR') process.stderr.write(`sign-in: ${code} ${reasonOf(metadata)}\n`)
      },
      warn: () => {},
      debug: () => {},
    },
  }
}

/** Where the Account page asks next-auth to come back to when an identity is to be linked. */
const LINKING = '/account?link=1'

/** What a token carries, and nothing else of what it is made of. */
const claimsOf = ({ userId, sessionVersion, sessionId }: { userId: string; sessionVersion?: unknown; sessionId?: unknown }) => ({
  userId,
  sessionVersion,
  sessionId,
})

/** The path that next-auth has kept in its cookie since the sign-in began. */
function targetOf(headers: Headers): string {
  const names = ['__Secure-next-auth.callback-url', 'next-auth.callback-url']
  const kept = decodeURIComponent(names.map((name) => cookieOf(headers.get('cookie'), name)).find(Boolean) ?? '')
  return URL.canParse(kept) ? safeCallbackPath(new URL(kept).pathname + new URL(kept).search) : '/'
}

/** Without what else next-auth hands over: tokens, and what another site said of a person. */
function reasonOf(metadata: unknown): string {
  const error = typeof metadata === 'object' && metadata !== null && 'error' in metadata ? metadata.error : metadata
  return error instanceof Error ? error.message : ''
}
