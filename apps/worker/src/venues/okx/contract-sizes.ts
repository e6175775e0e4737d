/**
 * Contract sizes of OKX's usual swaps and futures, where neither a message nor the venue's instrument list has told
 * (`ctVal × ctMult`). Of linear contracts in base coin, of inverse ones in USD. Futures have the size of their family's swap.
 * The venue may change them: what the list says goes before this.
 */

/** Coins of `COIN-USDT` by the coins in a contract. */
const USDT: readonly (readonly [size: number, coins: string])[] = [
  [0.0001, 'YFI'],
  [0.001, 'XAU XAUT'],
  [0.01, 'BNB BTC ICP MKR TAO XAG XCH ZEC'],
  [
    0.1,
    'AAVE APE AR AUCTION AXS BADGER BAL BCH BERA CL COMP EGLD ENS ETH ETHW FIL GMX HYPE INJ KSM LPT METIS MOVR NMR ORDI RIVER SSV TRB TRUMP UMA VANA',
  ],
  [
    1,
    '1INCH ACE ACT AEVO AGLD AI16Z ALPHA API3 APT ARKM ATOM AVAX AVNT BAND BICO BIO BONE BSV CATI CELO CORE CRV CSPR CVX DOT DYDX EIGEN ENSO ETHFI FARTCOIN FXS GAS GMT GODS GRASS IMX IP JTO KAITO KNC LAYER LDO LINK LOOKS LQTY LSK LTC LUNA MAGIC MAJOR MASK ME MERL MINA MORPHO NEO NXPC OP PERP PI PRCL QTUM RAY RENDER RON SCR SNX SOL SONIC SPX STRK SUI SUSHI TIA TNSR TON TREE UNI VIRTUAL W WIF WLD XTZ YGG ZRO',
  ],
  [
    10,
    'A AERO AGIX AIXBT ALCH ALGO ANIME ARB ARC AVAAI BABY BAT BIGTIME BLOCK BLUR BNT CEL CETUS CFX CHZ COOKIE CRO CTC DMAIL ENJ EOS ETC FLM FLOW FRONT FTM GALA GLM GOAT GPS GPT GRIFFAIN GRT ICX ID INIT IOTA JOE JUP KLAY LA LAUNCHCOIN LRC MANA MATIC MAX MOODENG MOVE NEAR NEWT OL OM ONDO ONT PARTI PIPPIN PLUME PNUT POL POPCAT PROMPT PYTH RDNT REN RESOLV RVN S SAHARA SAND SHELL SLP SOON STORJ STX SWARMS SYRUP THETA USDC USELESS UXLINK VENOM VINE WAL WCT WLFI WOO XPL ZEREBRO ZETA ZEUS ZK ZRX',
  ],
  [
    100,
    'ACH ADA ATH BRETT CVC DEGEN DGB DUCK FLR FOXY GFT H HBAR HMSTR HOME HUMA JELLYJELLY JST KMNO MEME MUBARAK NEIROETH NOT ONE ORBS PENGU PEOPLE ROBO RSR SIGN SOLV SOPH SPK SWEAT T TRIA ULTI USTC WAXP XLM XRP ZENT ZIL',
  ],
  [1_000, 'BOME DOG DOGE DOGS DOOD IOST MEW NEIRO PUMP TRX VELO VRA ZERO'],
  [10_000, 'LUNC RACA TURBO'],
  [100_000, 'BONK CAT FLOKI'],
  [1_000_000, 'MOG NFT SHIB'],
  [10_000_000, 'PEPE SATS'],
  [1_000_000_000, 'KISHU'],
  [10_000_000_000, 'AIDOGE'],
]
const USDC: Readonly<Record<string, number>> = { BTC: 0.0001 }
/** Coins of `COIN-USD`, whose contract is of 10 USD; that of BTC is of 100. */
const INVERSE =
  'ADA ALGO ATOM AVAX BCH BSV CRV DOGE DOT EOS ETC ETH FIL GRT LINK LTC MANA MATIC SAND SOL SUI SUSHI THETA TON TRX UNI XLM XRP'

const SIZES: ReadonlyMap<string, number> = new Map([
  ...USDT.flatMap(([size, coins]) => coins.split(' ').map((coin): [string, number] => [`${coin}-USDT`, size])),
  ...Object.entries(USDC).map(([coin, size]): [string, number] => [`${coin}-USDC`, size]),
  ...INVERSE.split(' ').map((coin): [string, number] => [`${coin}-USD`, 10]),
  ['BTC-USD', 100],
])

/** `BTC-USDT` of `BTC-USDT-SWAP` and of `BTC-USDT-211231`; undefined of spot pairs and of what is none. */
export function familyOf(symbol: string): string | undefined {
  const [base, quote, kind] = symbol.split('-')
  return base && quote && kind ? `${base}-${quote}` : undefined
}

/** Coin-margined (BTC-USD-SWAP): contracts are in USD. */
export const isInverse = (symbol: string): boolean => symbol.split('-')[1] === 'USD'

/** Undefined where the table does not know the instrument. */
export function usualContractSize(symbol: string): number | undefined {
  const family = familyOf(symbol)
  return family === undefined ? undefined : SIZES.get(family)
}
