/** A site whose accounts may sign people in, as the environment sets it up. */
export type OauthClient = GithubClient | GoogleClient

interface Credentials {
  clientId: string
  clientSecret: string
}
export interface GithubClient extends Credentials {
  id: 'github'
  /** another host than https://github.com and https://api.github.com */
  web?: string
  api?: string
}
export interface GoogleClient extends Credentials {
  id: 'google'
  /** another one than https://accounts.google.com */
  issuer?: string
}
