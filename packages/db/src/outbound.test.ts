import { describe, expect, it } from 'vitest'
import { checkAddresses, checkOutboundUrl, isPublicAddress, readOutboundAllowance } from './outbound.ts'

const none = new Set<string>()

describe('an address that must not be asked', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://017700000001/',
    'http://0/',
    'http://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::7f00:1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[64:ff9b:1::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001::1]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[4000::1]/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://192.0.0.1/',
    'http://198.18.0.1/',
    'http://203.0.113.7/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://printer/',
    'http://a.localhost/',
    'http://metadata.google.internal/',
    'http://nas.local/',
    'http://１２７.0.0.1/',
  ])('%s', (url) => expect(() => checkOutboundUrl(url, none)).toThrow(/not a public one/))

  it.each([
    ['https://example.org:8080/', /Port 8080/],
    ['http://example.org:443/', /Port 443/],
    ['ftp://example.org/', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['gopher://example.org/', /must begin with https/],
    ['javascript:alert(1)', /must begin with https/],
    ['https://user:secret@example.org/', /user or a password/],
    ['example.org', /no address/],
    ['', /no address/],
    [`https://example.org/${'a'.repeat(3_000)}`, /no address/],
  ])('%s', (url, why) => expect(() => checkOutboundUrl(url, none)).toThrow(why))
})

it('takes public ones', () => {
  for (const url of [
    'https://example.org/hook',
    'http://example.org/',
    'https://example.org:443/',
    'https://1.1.1.1/',
    'https://[2606:4700::1111]/',
  ])
    expect(checkOutboundUrl(url, none)).toBeInstanceOf(URL)
})

it('refuses a name of which one address is not public', () => {
  const url = new URL('https://example.org/')
  expect(() => checkAddresses(url, ['1.1.1.1', '10.0.0.1'], none)).toThrow(/not a public one/)
  expect(() => checkAddresses(url, [], none)).toThrow()
  expect(() => checkAddresses(url, ['1.1.1.1', '2606:4700::1111'], none)).not.toThrow()
  expect(isPublicAddress('no address')).toBe(false)
})

it('takes what an administrator has allowed, and that alone', () => {
  const allowed = readOutboundAllowance('127.0.0.1:8080, relay.internal:443,[::1]:80')
  for (const url of ['http://127.0.0.1:8080/x', 'https://relay.internal/', 'http://[::1]/'])
    expect(checkOutboundUrl(url, allowed)).toBeInstanceOf(URL)
  for (const url of ['http://127.0.0.1/', 'http://127.0.0.1:8081/', 'http://relay.internal/'])
    expect(() => checkOutboundUrl(url, allowed)).toThrow()
  expect(() => checkOutboundUrl('http://a:b@127.0.0.1:8080/', allowed)).toThrow(/user or a password/)
  expect(() => readOutboundAllowance('relay.internal')).toThrow(/host:port/)
})
