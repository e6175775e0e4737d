/** A WebSocket client without any knowledge of the venue, for tests. */
import { WebSocket } from 'ws'

export type Frame = Record<string, unknown>

export class RawClient {
  readonly socket: WebSocket
  /** frames as they came, acknowledgements included */
  readonly texts: string[] = []
  pings = 0
  /** resolves with the code and the reason */
  readonly closed: Promise<{ code: number; reason: string }>
  private requests = 0
  private watchers: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.texts.push(String(data))
      for (const look of this.watchers) look()
    })
    socket.on('ping', () => {
      this.pings++
      for (const look of this.watchers) look()
    })
    socket.on('error', () => {})
    this.closed = new Promise((done) => socket.on('close', (code, reason) => done({ code, reason: String(reason) })))
  }

  /** @throws when the server refuses */
  static open(url: string): Promise<RawClient> {
    return new Promise((done, failed) => {
      const socket = new WebSocket(url)
      const client = new RawClient(socket)
      socket.once('open', () => done(client))
      socket.once('error', failed)
    })
  }

  /** What came and is JSON, without the answers to requests. */
  get messages(): Frame[] {
    return this.texts.flatMap((text) => {
      const frame = JSON.parse(text) as Frame | Frame[]
      return Array.isArray(frame) || !('result' in frame || 'error' in frame) ? [frame as Frame] : []
    })
  }

  /** Sends a request and gives its answer. What was sent before the answer is in `texts` by then. */
  async request(method: string, params?: unknown): Promise<Frame> {
    const id = ++this.requests
    this.socket.send(JSON.stringify({ method, id, ...(params === undefined ? {} : { params }) }))
    const isAnswer = (text: string): boolean => text.startsWith('{') && text.endsWith(`"id":${id}}`)
    await this.until(() => this.texts.some(isAnswer))
    return JSON.parse(this.texts.find(isAnswer) as string) as Frame
  }

  /** Waits until everything that the server has sent so far has come. */
  async settle(): Promise<void> {
    await this.request('LIST_SUBSCRIPTIONS')
  }

  /** Waits for something that frames bring about. The test's own time limit ends it. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((done) => {
      const look = (): void => {
        if (!condition()) return
        this.watchers = this.watchers.filter((w) => w !== look)
        done()
      }
      this.watchers.push(look)
      look()
    })
  }

  close(): void {
    this.socket.terminate()
  }
}
