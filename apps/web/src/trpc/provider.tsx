'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { type ReactNode, useState } from 'react'
import superjson from 'superjson'
import type { AppRouter } from '../server/root-router.ts'
import { MOST_CALLS } from './most-calls.ts'

const context = createTRPCContext<AppRouter>()

/**
 * The typed client of the root router in components: `useQuery(trpc.instruments.list.queryOptions())`. What changes by itself
 * comes through features/stream/news-stream.tsx.
 */
export const useTRPC = context.useTRPC
/** The same without a component around the call: what is asked when something happens. */
export const useTRPCClient = context.useTRPCClient

/** Queries and mutations go to Next in batches, subscriptions to the front's event stream. Wrap the signed-in pages in it. */
export function TRPCProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient)
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: '/api/stream', transformer: superjson }),
          false: httpBatchLink({ url: '/api/trpc', transformer: superjson, maxItems: MOST_CALLS }),
        }),
      ],
    }),
  )
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  )
}

/** Answers that say what is wrong are not asked for again; a lost connection is. */
const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // pages learn of news from the stream, not by asking again
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && !(error instanceof TRPCClientError && error.data),
      },
    },
  })
