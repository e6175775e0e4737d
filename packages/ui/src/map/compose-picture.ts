import { FONT_FAMILY, type Theme, TOKENS } from '../tokens.ts'

const HEAD = 54
const FOOT = 28

/** Canvases under each other, as they are on screen, with what they are over them and where they come from under them. Throws nothing; null without a canvas. */
export function composePicture(
  canvases: readonly HTMLCanvasElement[],
  { theme, title, subtitle, footer }: { theme: Theme; title: string; subtitle: string; footer: string },
): HTMLCanvasElement | null {
  const drawn = canvases.filter((canvas) => canvas.width > 0 && canvas.height > 0)
  const ratio = globalThis.devicePixelRatio || 1
  const out = document.createElement('canvas')
  out.width = Math.max(0, ...drawn.map((canvas) => canvas.width))
  out.height = drawn.reduce((sum, canvas) => sum + canvas.height, 0) + Math.round((HEAD + FOOT) * ratio)
  const ctx = out.getContext('2d')
  if (!ctx || drawn.length === 0) return null
  const tokens = TOKENS[theme]
  ctx.fillStyle = tokens.s1
  ctx.fillRect(0, 0, out.width, out.height)
  let y = Math.round(HEAD * ratio)
  for (const canvas of drawn) {
    ctx.drawImage(canvas, 0, y)
    y += canvas.height
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
  ctx.textBaseline = 'middle'
  const write = (text: string, at: number, font: string, colour: string) => {
    ctx.font = `${font} ${FONT_FAMILY}`
    ctx.fillStyle = colour
    ctx.fillText(text, 14, at, out.width / ratio - 28)
  }
  write(title, 20, '600 15px', tokens.t1)
  write(subtitle, 40, '400 12px', tokens.t2)
  write(footer, out.height / ratio - FOOT / 2, '400 11px', tokens.t3)
  return out
}
