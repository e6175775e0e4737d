import { expect, it } from 'vitest'
import { readEnv, readLiveEnv } from './env.ts'

it('names what is missing and what to do', () => {
  expect(() => readEnv({})).toThrow(/DATABASE_APP_URL is missing.*npm run -s faultline/)
  expect(() => readEnv({ DATABASE_APP_URL: 'mysql://x' })).toThrow(/DATABASE_APP_URL must begin with postgresql/)
})

it('gives the application’s address', () => {
  expect(readEnv({ DATABASE_APP_URL: 'postgresql://a@b/c' })).toEqual({ databaseUrl: 'postgresql://a@b/c' })
})

it('lets a worker go on under the name of the one before', () => {
  expect(readLiveEnv({ FAULTLINE_WORKER_NAME: 'the worker of a start' }).workerName).toBe('the worker of a start')
  expect(readLiveEnv({}).workerName).toBeUndefined()
})
