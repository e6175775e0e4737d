/**
 * Leverage brackets of Binance USDⓈ-M futures, typed in from what the venue publishes (Leverage & Margin of USDⓈ-M Futures;
 * the same figures are served by GET /fapi/v1/leverageBracket). State of 2024-10-24. Binance changes brackets often: whoever has
 * current ones hands them in (tiersFromBinanceBrackets), and these stand in until then.
 *
 * A row is `cap/maintenance %/leverage` per bracket, cap in USDT with k = thousand, M = million; a bracket begins at the cap of the one before.
 */
export const BINANCE_BRACKETS: Readonly<Record<string, string>> = {
  BTCUSDT: '50k/.4/125 600k/.5/100 3M/.65/75 12M/1/50 70M/2/25 100M/2.5/20 230M/5/10 480M/10/5 600M/12.5/4 800M/15/3 1200M/25/2 1800M/50/1',
  ETHUSDT: '50k/.4/125 600k/.5/100 3M/.65/75 12M/1/50 50M/2/25 65M/2.5/20 150M/5/10 320M/10/5 400M/12.5/4 530M/15/3 800M/25/2 1200M/50/1',
  SOLUSDT: '20k/.5/100 100k/.65/75 800k/1/50 4M/2/25 8M/2.5/20 40M/5/10 80M/10/5 100M/12.5/4 200M/25/2 400M/50/1',
  BNBUSDT: '10k/.5/75 50k/.6/50 200k/1/40 1.5M/2/25 3M/2.5/20 15M/5/10 30M/10/5 37.5M/12.5/4 75M/25/2 150M/50/1',
  XRPUSDT: '10k/.5/75 20k/.65/50 160k/1/40 800k/2/25 1.6M/2.5/20 8M/5/10 16M/10/5 20M/12.5/4 40M/25/2 80M/50/1',
  DOGEUSDT: '10k/.5/75 50k/.7/50 750k/1/40 800k/2/25 1.6M/2.5/20 8M/5/10 16M/10/5 20M/12.5/4 40M/25/2 80M/50/1',
  ADAUSDT: '10k/.5/75 50k/1/50 100k/1.5/40 500k/2/25 1M/2.5/20 5M/5/10 10M/10/5 20M/12.5/4 30M/25/2 50M/50/1',
  AVAXUSDT: '5k/.5/75 25k/.65/50 80k/1/40 400k/2/25 800k/2.5/20 4M/5/10 8M/10/5 10M/12.5/4 20M/25/2 50M/50/1',
  LINKUSDT: '10k/.5/75 50k/1/50 80k/1.5/40 400k/2/25 800k/2.5/20 4M/5/10 8M/10/5 20M/12.5/4 30M/25/2 50M/50/1',
  DOTUSDT: '10k/.65/75 50k/1/50 100k/1.5/40 500k/2/25 800k/2.5/20 4M/5/10 8M/10/5 10M/12.5/4 30M/25/2 50M/50/1',
  LTCUSDT: '10k/.5/75 50k/1/50 100k/1.5/40 750k/2/25 1M/2.5/20 5M/5/10 10M/10/5 20M/12.5/4 30M/25/2 50M/50/1',
  BCHUSDT: '5k/.5/75 10k/.65/50 100k/1/40 500k/2/25 1M/2.5/20 5M/5/10 10M/10/5 15M/12.5/4 25M/25/2 50M/50/1',
  TRXUSDT: '10k/.65/75 90k/1/50 120k/1.5/40 650k/2/25 800k/2.5/20 3M/5/10 6M/10/5 12M/12.5/4 20M/25/2 30M/50/1',
  ARBUSDT: '5k/.6/75 50k/1/50 80k/1.5/40 200k/2/25 600k/2.5/20 2M/5/10 4M/10/5 5M/12.5/4 12M/25/2 20M/50/1',
  OPUSDT: '10k/.6/75 50k/1/50 80k/1.5/40 300k/2/25 600k/2.5/20 3M/5/10 6M/10/5 7.5M/12.5/4 18M/25/2 30M/50/1',
  SUIUSDT: '20k/1/75 200k/1.5/50 1M/2/25 2M/2.5/20 10M/5/10 20M/10/5 25M/12.5/4 50M/25/2 100M/50/1',
  NEARUSDT: '10k/1/75 100k/1.5/50 500k/2/25 1M/2.5/20 5M/5/10 10M/10/5 12.5M/12.5/4 25M/25/2 50M/50/1',
  WIFUSDT: '20k/1/75 200k/1.5/50 1M/2/25 2M/2.5/20 10M/5/10 20M/10/5 25M/12.5/4 50M/25/2 100M/50/1',
  '1000PEPEUSDT': '20k/.65/75 200k/1/50 300k/1.5/40 1.5M/2/25 3M/2.5/20 15M/5/10 30M/10/5 37.5M/12.5/4 75M/25/2 150M/50/1',
  '1000SHIBUSDT': '10k/.65/75 25k/.75/50 150k/1/40 300k/2/25 600k/2.5/20 3M/5/10 6M/10/5 7.5M/12.5/4 15M/25/2 30M/50/1',
  UNIUSDT: '10k/.6/75 50k/1/50 80k/1.5/40 300k/2/25 900k/2.5/20 3M/5/10 6M/10/5 7.5M/12.5/4 18M/25/2 30M/50/1',
  AAVEUSDT: '10k/1/75 40k/1.5/50 200k/2/25 400k/2.5/20 2M/5/10 4M/10/5 5M/12.5/4 10M/25/2 20M/50/1',
  APTUSDT: '10k/1/75 100k/1.5/50 900k/2/25 1.1M/2.5/20 5M/5/10 10M/10/5 12.5M/12.5/4 25M/25/2 50M/50/1',
}

/**
 * For every symbol that the table does not name: the row that Binance gave to middling coins on that date (NEAR, SUI, APT and WIF
 * had the same ratios and leverages and differed in their caps only).
 */
export const GENERIC_BRACKETS = '10k/1/75 100k/1.5/50 500k/2/25 1M/2.5/20 5M/5/10 10M/10/5 12.5M/12.5/4 25M/25/2 50M/50/1'
