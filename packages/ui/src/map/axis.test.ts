import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { axisTicks, axisUsd, plotRect, usdScale } from './map-layout.ts'
import { depthSteps, depthTo } from './order-book.ts'
import { PriceWindow } from './price-window.ts'
import { timeTicks } from './time-axis.ts'

describe('the price axis', () => {
  it('places prices on the width, linear and log', () => {
    const linear = new PriceWindow(100, 0.2)
    expect([80, 100, 120].map((price) => linear.fraction(price))).toEqual([0, 0.5, 1])
    const log = new PriceWindow(100, 0.2, 'log')
    expect(log.fraction(Math.sqrt(80 * 120))).toBeCloseTo(0.5, 12)
    for (const window of [linear, log])
      for (const price of [81, 97.3, 119]) expect(window.priceAt(window.fraction(price))).toBeCloseTo(price, 9)
  })
  it('zooms around the pointer and moves without changing its width', () => {
    const window = new PriceWindow(100, 0.2)
    window.zoom(0.25, 0.5)
    expect([window.low, window.high]).toEqual([85, 105])
    expect(window.touched).toBe(true)
    window.pan(0.5)
    expect([window.low, window.high]).toEqual([95, 115])
    window.centre(100, 0.1)
    expect([window.low, window.high, window.touched]).toEqual(
      [90, 110, false].map((v) => (typeof v === 'number' ? expect.closeTo(v, 9) : v)),
    )
  })
  it('neither ends in nothing nor shows what is not known', () => {
    const window = new PriceWindow(100, 0.2)
    for (let i = 0; i < 100; i++) window.zoom(0.5, 0.5)
    expect(window.high / window.low).toBeCloseTo(1.0004, 9)
    for (let i = 0; i < 100; i++) window.zoom(0.5, 2)
    expect([window.low, window.high]).toEqual([70, 130])
    window.show(-5, 3)
    window.show(7, 7)
    window.pan(0.3)
    expect([window.low, window.high]).toEqual([70, 130])
    window.show(80, 90)
    for (let i = 0; i < 100; i++) window.pan(0.3)
    expect([window.low, window.high]).toEqual([expect.closeTo(120, 9), 130])
    window.show(10, 12)
    expect([window.low, window.high]).toEqual([expect.closeTo(70, 9), expect.closeTo(70.028, 3)])
  })
  it('tells of moves of the axis and of the crosshair apart, once each', () => {
    const window = new PriceWindow(100, 0.2)
    const heard: string[] = []
    const stop = window.subscribe((change) => heard.push(change))
    window.setCrosshair(99)
    window.setCrosshair(99)
    window.show(90, 110)
    window.show(90, 110)
    window.setScale('log')
    stop()
    window.setCrosshair(null)
    expect(heard).toEqual(['crosshair', 'range', 'range'])
  })
  it('is labelled with round prices and how far they are', () => {
    const ticks = axisTicks(new PriceWindow(2000, 0.1), 400, 2000)
    expect(ticks.map((tick) => [tick.x, tick.price, tick.distance])).toEqual([
      [0, '1,800', '−10.0%'],
      [100, '1,900', '−5.0%'],
      [200, '2,000', '0.0%'],
      [300, '2,100', '+5.0%'],
      [400, '2,200', '+10.0%'],
    ])
  })
  it('tells neighbours apart when it is narrow', () => {
    const ticks = axisTicks(new PriceWindow(2000, 0.0005), 400, 2000).map((tick) => tick.distance)
    expect(new Set(ticks).size).toBe(ticks.length)
    expect(ticks[0]).toBe('−0.050%')
  })
  it('leaves the same margins above and below, on a phone smaller ones', () => {
    const [map, under] = [plotRect(900, 400, { top: 34, bottom: 40 }), plotRect(900, 250, { top: 6, bottom: 26 })]
    expect([map.x, map.width]).toEqual([under.x, under.width])
    expect(plotRect(340, 300, { top: 0, bottom: 0 }).width).toBeGreaterThan(240)
  })
})

describe('the axis of USD', () => {
  it('writes round figures shortly', () =>
    expect([0, 5e4, 2.5e6, 5e7, 1e9, 1.5e9, 2.25e9].map(axisUsd)).toEqual(['$0', '$50k', '$2.5M', '$50M', '$1B', '$1.5B', '$2.25B']))
  it('leaves room at the top', () => {
    expect(usdScale(90, 4, 0.9)).toEqual({ end: 100, ticks: [0, 25, 50, 75, 100] })
    expect(usdScale(0, 4)).toEqual({ end: 1, ticks: [0] })
  })
})

it('labels whole hours, and days by their name', () => {
  const from = Date.UTC(2026, 2, 3, 21)
  expect(timeTicks(from, from + 12 * HOUR_MS, 4).map((tick) => tick.label)).toEqual(['21:00', '4 Mar', '03:00', '06:00', '09:00'])
  expect(timeTicks(from, from + 3 * DAY_MS, 3).map((tick) => tick.day)).toEqual([true, true, true])
})

describe('the depth of a book', () => {
  const bids = depthSteps([
    [99, 1],
    [98, 2],
  ])
  it('adds up from the best price outwards', () => expect([...bids.usd]).toEqual([99, 99 + 196]))
  it('says what lies up to a price, and nothing of what is beyond the last level', () =>
    expect([99.5, 99, 98.5, 98, 97.9].map((price) => depthTo(bids, 'bid', price))).toEqual([0, 99, 99, 295, null]))
  it('is the same on the other side', () => {
    const asks = depthSteps([
      [101, 1],
      [102, 1],
    ])
    expect([100, 101, 101.5, 102, 103].map((price) => depthTo(asks, 'ask', price))).toEqual([0, 101, 101, 203, null])
    expect(depthTo(depthSteps([]), 'ask', 100)).toBeNull()
  })
})
