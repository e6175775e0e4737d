/** A message as text for the quarantine: as it came where it is text, base64 where it is not, and never an error. */
export function payloadText(raw: unknown): string {
  if (typeof raw === 'string') return raw
  try {
    if (raw instanceof ArrayBuffer || ArrayBuffer.isView(raw)) {
      const bytes = raw instanceof ArrayBuffer ? Buffer.from(raw) : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
      const text = bytes.toString()
      return Buffer.from(text).equals(bytes) ? text : `base64:${bytes.toString('base64')}`
    }
    return JSON.stringify(raw) ?? String(raw)
  } catch {
    return String(raw)
  }
}
