import {memoize} from '../functions/memoize.ts'
import {zoneOf} from './zone.ts'
import type {Zone} from './zone.ts'

/**
 * Abbreviations of time zones as Java prints them for en-US: name in winter, name in summer, zones. JavaScript knows the
 * American ones only. The first zone of a line is the one that its names stand for when read.
 */
const NAMES: readonly (readonly [winter: string, summer: string, zones: string])[] = [
  ['PST', 'PDT', 'America/Los_Angeles America/Vancouver America/Tijuana'],
  ['MST', 'MDT', 'America/Denver America/Edmonton America/Boise America/Phoenix'],
  ['CST', 'CDT', 'America/Chicago America/Winnipeg America/Mexico_City'],
  ['EST', 'EDT', 'America/New_York America/Toronto America/Detroit America/Panama'],
  ['AST', 'ADT', 'America/Halifax America/Puerto_Rico'],
  ['NST', 'NDT', 'America/St_Johns'],
  ['AKST', 'AKDT', 'America/Anchorage'],
  ['HST', 'HDT', 'Pacific/Honolulu'],
  ['BRT', 'BRST', 'America/Sao_Paulo'],
  ['ART', 'ARST', 'America/Argentina/Buenos_Aires America/Buenos_Aires'],
  ['COT', 'COST', 'America/Bogota'],
  ['GMT', 'BST', 'Europe/London Europe/Belfast Europe/Jersey Europe/Guernsey Europe/Isle_of_Man'],
  ['GMT', 'IST', 'Europe/Dublin'],
  ['WET', 'WEST', 'Europe/Lisbon Atlantic/Canary Atlantic/Madeira'],
  [
    'CET',
    'CEST',
    'Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Vienna Europe/Zurich Europe/Brussels Europe/Amsterdam Europe/Luxembourg ' +
      'Europe/Copenhagen Europe/Oslo Europe/Stockholm Europe/Prague Europe/Warsaw Europe/Budapest Europe/Belgrade Europe/Zagreb ' +
      'Europe/Ljubljana Europe/Bratislava Europe/Sarajevo Europe/Skopje Europe/Tirane Europe/Malta Europe/Monaco Europe/Andorra ' +
      'Europe/Vaduz Europe/San_Marino Europe/Gibraltar Africa/Tunis Africa/Algiers',
  ],
  [
    'EET',
    'EEST',
    'Europe/Helsinki Europe/Athens Europe/Bucharest Europe/Sofia Europe/Kiev Europe/Kyiv Europe/Riga Europe/Tallinn Europe/Vilnius ' +
      'Asia/Beirut Asia/Nicosia Africa/Cairo',
  ],
  ['MSK', 'MSD', 'Europe/Moscow'],
  ['IST', 'IDT', 'Asia/Jerusalem'],
  ['PKT', 'PKST', 'Asia/Karachi'],
  ['IST', 'IST', 'Asia/Kolkata Asia/Calcutta'],
  ['ICT', 'ICST', 'Asia/Bangkok Asia/Ho_Chi_Minh'],
  ['WIB', 'WIB', 'Asia/Jakarta'],
  ['CST', 'CDT', 'Asia/Shanghai Asia/Taipei Asia/Macau'],
  ['HKT', 'HKST', 'Asia/Hong_Kong'],
  ['SGT', 'SGT', 'Asia/Singapore'],
  ['JST', 'JDT', 'Asia/Tokyo'],
  ['KST', 'KDT', 'Asia/Seoul'],
  ['AWST', 'AWDT', 'Australia/Perth'],
  ['ACST', 'ACDT', 'Australia/Adelaide Australia/Darwin'],
  ['AEST', 'AEDT', 'Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Hobart Australia/Canberra'],
  ['NZST', 'NZDT', 'Pacific/Auckland'],
  ['SAST', 'SAST', 'Africa/Johannesburg'],
  ['EAT', 'EAT', 'Africa/Nairobi'],
  ['WAT', 'WAST', 'Africa/Lagos'],
]

const namesByZone = new Map(
  NAMES.flatMap(([winter, summer, zones]) => zones.split(' ').map(zone => [zone, {winter, summer}] as const)),
)

/** `IST` without more is India's. */
const zoneByName = new Map<string, string>(
  NAMES.toReversed().flatMap(([winter, summer, zones]) => {
    const zone = zones.split(' ')[0] ?? ''
    return [[winter, zone] as const, [summer, zone] as const]
  }),
)
zoneByName.set('IST', 'Asia/Kolkata').set('GMT', 'GMT').set('UTC', 'UTC').set('UT', 'UTC').set('Z', 'Z')

/** `PST`, `CEST`, …; the offset or JavaScript's name for zones that have none here. */
export function shortZoneName(zone: Zone, epochMs: number): string {
  const names = namesByZone.get(zone.id)
  if (names === undefined) return named(zone, epochMs, 'short')
  return isSummer(zone, epochMs) ? names.summer : names.winter
}

/** `Pacific Standard Time`, … */
export const longZoneName = (zone: Zone, epochMs: number): string => named(zone, epochMs, 'long')

const formats = memoize(key => {
  const [style, timeZone = ''] = key.split(' ')
  return new Intl.DateTimeFormat('en-US', {timeZone, timeZoneName: style === 'long' ? 'long' : 'short'})
})

function named(zone: Zone, epochMs: number, style: 'short' | 'long'): string {
  if (/^(?:UTC|GMT|UT|Z|.*[+-]\d.*)$/.test(zone.id))
    return zone.id === 'UTC' && style === 'long' ? 'Coordinated Universal Time' : zone.id
  return (
    formats(`${style} ${zone.id}`)
      .formatToParts(epochMs)
      .find(part => part.type === 'timeZoneName')?.value ?? zone.id
  )
}

/** The clocks are ahead of what they are in the half of that year in which they are least ahead. */
function isSummer(zone: Zone, epochMs: number): boolean {
  const year = new Date(epochMs).getUTCFullYear()
  const standard = Math.min(zone.offsetMs(Date.UTC(year, 0, 1)), zone.offsetMs(Date.UTC(year, 6, 1)))
  return zone.offsetMs(epochMs) > standard
}

const longNames = memoize(() => {
  const result = new Map<string, string>()
  for (const id of namesByZone.keys())
    for (const month of [0, 6]) {
      const name = longZoneName(zoneOf(id), Date.UTC(2020, month, 1)).toLowerCase()
      if (!result.has(name)) result.set(name, id)
    }
  return result
}, 1)

/** The zone whose name or id `text` begins with, and how long that name is; in any case. */
export function readZoneName(text: string): {readonly zone: Zone; readonly length: number} | undefined {
  const words = /^[a-zA-Z][a-zA-Z0-9~/._+-]*/.exec(text)?.[0]
  if (words === undefined) return undefined
  const lower = text.toLowerCase()
  for (const [name, id] of longNames('')) if (lower.startsWith(name)) return {zone: zoneOf(id), length: name.length}
  const id = zoneByName.get(words.toUpperCase()) ?? words
  try {
    return {zone: zoneOf(id), length: words.length}
  } catch {
    return undefined
  }
}
