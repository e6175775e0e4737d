import { useSyncExternalStore } from 'react'

const never = () => () => {}

/**
 * False in the server's markup and until React listens, then true. A form that only works with scripts keeps its button
 * disabled until then: a click before would post it to a page that knows nothing of it.
 */
export const useHydrated = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
