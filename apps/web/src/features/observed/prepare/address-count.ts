import { type AddressList, MOST_OBSERVED_ADDRESSES } from '@faultline/market/observed-addresses'
import { messages } from '../../../messages.ts'
import { formatCount } from '../../shell/prepare/format.ts'

/** What a list holds, before it is sent. */
export interface AddressCount {
  /** that will be sent: the first ones, where there are too many */
  addresses: string[]
  valid: number
  invalid: number
  duplicates: number
  /** lines or rows that hold no address, the first ten, from 1 */
  at: number[]
  /** valid, and not sent */
  left: number
}

export function countOf({ addresses, duplicates, refused }: AddressList): AddressCount {
  const sent = addresses.slice(0, MOST_OBSERVED_ADDRESSES)
  return {
    addresses: sent,
    valid: addresses.length,
    invalid: refused.count,
    duplicates,
    at: refused.at,
    left: addresses.length - sent.length,
  }
}

export const largestListText = ({ left }: AddressCount): string =>
  messages.observed.admin.tooMany(formatCount(MOST_OBSERVED_ADDRESSES), formatCount(left))
