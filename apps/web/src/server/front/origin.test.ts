import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isSameOrigin, originOf } from './origin.ts'

function requestWith(headers: Record<string, string>): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  Object.assign(request.headers, headers)
  return request
}
const local = new URL('http://127.0.0.1:3000')
const site = new URL('https://faultline.example.org')

describe('originOf', () => {
  it.each([
    [local, 'localhost:3000', 'http://localhost:3000'],
    [local, '127.0.0.1:3000', 'http://127.0.0.1:3000'],
    [local, '[::1]:8080', 'http://[::1]:8080'],
    [local, 'localhost:8080', 'http://localhost:8080'], // a tunnel or a container's mapped port
    [local, 'evil.example:3000', 'http://127.0.0.1:3000'],
    [local, 'localhost.evil.example', 'http://127.0.0.1:3000'],
    [local, '127.0.0.1:3000@evil.example', 'http://127.0.0.1:3000'],
    [site, 'localhost:3000', 'https://faultline.example.org'],
    [site, 'evil.example', 'https://faultline.example.org'],
  ])('%s asked as %s is %s', (publicUrl, host, origin) => {
    expect(originOf(requestWith({ host }), publicUrl)).toBe(origin)
  })
})

describe('isSameOrigin', () => {
  it.each([
    [local, { host: 'localhost:3000', origin: 'http://localhost:3000' }, true],
    [local, { host: 'localhost:3000', origin: 'http://localhost:4000' }, false], // another program on this machine
    [local, { host: 'localhost:3000', origin: 'http://evil.example' }, false],
    [local, { host: 'evil.example:3000', origin: 'http://evil.example:3000' }, false], // a name bent to 127.0.0.1
    [local, { host: 'localhost:3000', origin: 'null' }, false],
    [local, { host: 'localhost:3000', 'sec-fetch-site': 'same-site' }, false],
    [local, { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' }, false],
    [local, { host: 'localhost:3000', 'sec-fetch-site': 'same-origin' }, true],
    [local, { host: 'localhost:3000' }, true], // a program
    [site, { host: '10.0.0.7:3000', origin: 'https://faultline.example.org' }, true], // behind a proxy that changes Host
    [site, { host: 'faultline.example.org', origin: 'http://faultline.example.org' }, false],
  ])('%s with %o: %s', (publicUrl, headers, same) => {
    expect(isSameOrigin(requestWith(headers as unknown as Record<string, string>), publicUrl)).toBe(same)
  })
})
