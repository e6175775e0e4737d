/** The front's answer was an error. `status` 401: signed out; 404: it is not there, or a build has been replaced. */
export class AnswerError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'AnswerError'
    this.status = status
  }
}

/** What the front serves beside pages and procedures: tiles and views. @throws AnswerError; AbortError when `signal` aborts */
export async function fetchAnswer(
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
  cache: RequestCache = 'default',
): Promise<Response> {
  const response = await fetch(url, { signal, headers, cache, credentials: 'same-origin' })
  if (!response.ok) throw new AnswerError(response.status, await messageOf(response))
  return response
}

async function messageOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json()
    if (body && typeof body === 'object' && 'error' in body && body.error && typeof body.error === 'object' && 'message' in body.error)
      return String(body.error.message)
  } catch {
    // not ours: a proxy's page
  }
  return `The server answered ${response.status}.`
}
