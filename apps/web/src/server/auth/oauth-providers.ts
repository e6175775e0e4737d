import type { NextAuthOptions } from 'next-auth'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { z } from 'zod'
import type { GithubClient, GoogleClient, OauthClient } from './oauth.ts'

/** What a provider says of a person. The address counts only where the provider has verified it. */
export const providerProfile = z.object({
  id: z.string().min(1).max(200),
  name: z.string(),
  email: z.string().trim().toLowerCase(),
  emailVerified: z.boolean(),
})
export type ProviderProfile = z.infer<typeof providerProfile>

/** For next-auth: the sites that are set up, with their ways of telling an address that is verified. */
export const oauthProviders = (clients: readonly OauthClient[]): NextAuthOptions['providers'] =>
  clients.map((client) => (client.id === 'github' ? github(client) : google(client)))

const HTTP = { timeout: 10_000 }

const githubUser = z.object({ id: z.number(), login: z.string(), name: z.string().nullish() })
const githubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** The address of /user is whatever a person chose to show; /user/emails says which one is verified. */
function github({ clientId, clientSecret, web = 'https://github.com', api = 'https://api.github.com' }: GithubClient): OAuthConfig<object> {
  const ask = async (path: string, token: string | undefined): Promise<unknown> => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/vnd.github+json', 'User-Agent': 'Faultline' }
    const response = await fetch(api + path, { headers, signal: AbortSignal.timeout(HTTP.timeout) })
    if (!response.ok) throw new Error(`GitHub answered ${response.status} for ${path}.`)
    return response.json()
  }
  return {
    id: 'github',
    name: 'GitHub',
    type: 'oauth',
    clientId,
    clientSecret,
    issuer: `${web}/login/oauth`,
    authorization: { url: `${web}/login/oauth/authorize`, params: { scope: 'read:user user:email' } },
    token: `${web}/login/oauth/access_token`,
    userinfo: {
      url: `${api}/user`,
      request: async ({ tokens }) => {
        const user = githubUser.parse(await ask('/user', tokens.access_token))
        const emails = githubEmails.parse(await ask('/user/emails', tokens.access_token))
        const primary = emails.find((email) => email.primary)
        return {
          id: String(user.id),
          name: user.name || user.login,
          email: primary?.email ?? '',
          emailVerified: primary?.verified ?? false,
        } satisfies ProviderProfile as object
      },
    },
    checks: ['pkce', 'state'],
    httpOptions: HTTP,
    profile: (profile) => providerProfile.parse(profile),
  }
}

interface GoogleProfile {
  sub: string
  name?: string
  email?: string
  email_verified?: boolean
}

function google({ clientId, clientSecret, issuer = 'https://accounts.google.com' }: GoogleClient): OAuthConfig<GoogleProfile> {
  return {
    id: 'google',
    name: 'Google',
    type: 'oauth',
    clientId,
    clientSecret,
    wellKnown: `${issuer}/.well-known/openid-configuration`,
    authorization: { params: { scope: 'openid email profile', prompt: 'select_account' } },
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    httpOptions: HTTP,
    profile: ({ sub, name, email, email_verified }) =>
      providerProfile.parse({ id: sub, name: name ?? '', email: email ?? '', emailVerified: email_verified === true }),
  }
}
