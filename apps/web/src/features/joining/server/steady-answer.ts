import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than the work ever takes on a machine at rest, whether or not there is such an account. */
const ANSWER_MS = 300

/** Answers no sooner than that: how long it took does not tell whether there is an account with some address. */
export async function steadily<T>(work: () => Promise<T>, leastMs = ANSWER_MS): Promise<T> {
  const [outcome] = await Promise.allSettled([work(), sleep(leastMs)])
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}
