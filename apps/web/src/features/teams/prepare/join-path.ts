/** Where an invitation leads, and back: pure. */

export const joinPath = (token: string): string => `/join/${encodeURIComponent(token)}`

/**
 * The token in the path of an invitation, such as one that a sign-in is to lead back to; null: the path is none.
 * Whether anything is offered for it, the database knows.
 */
export const joinTokenOf = (path: string): string | null => /^\/join\/([\w-]{40,64})$/.exec(path)?.[1] ?? null
