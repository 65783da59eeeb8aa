import {DOUBLE, VARCHAR} from '../../schema/sql-type.ts'
import {EvaluationError} from '../evaluation-error.ts'
import {NULL_SAFE, overload, p, scalar} from './define.ts'

const RADIUS_KM = 6371
const RADIUS_MILES = 3959
const radiusByUnit: ReadonlyMap<string, number> = new Map([
  ...['mi', 'mile', 'miles'].map(name => [name, RADIUS_MILES] as const),
  ...['km', 'kilometer', 'kilometers', 'kilometre', 'kilometres'].map(name => [name, RADIUS_KM] as const),
])

const radians = (degrees: number) => (degrees * Math.PI) / 180
const haversine = (angle: number) => Math.sin(angle / 2) ** 2

function radiusOf(units: string | null): number {
  const name = (units ?? '').trim().toLowerCase()
  const radius = name === '' ? RADIUS_KM : radiusByUnit.get(name)
  if (radius === undefined)
    throw new EvaluationError(`Unknown unit '${units}': expected one of ${[...radiusByUnit.keys()].join(', ')}`)
  return radius
}

function geoDistance(
  lat1: number | null,
  lon1: number | null,
  lat2: number | null,
  lon2: number | null,
  units: string | null = 'km',
) {
  if (lat1 === null || lon1 === null || lat2 === null || lon2 === null) return null
  if (Math.abs(lat1) > 90 || Math.abs(lat2) > 90) throw new EvaluationError('valid latitude values are -90 to 90 decimal degrees')
  if (Math.abs(lon1) > 180 || Math.abs(lon2) > 180)
    throw new EvaluationError('valid longitude values are -180 to 180 decimal degrees')
  const share =
    haversine(radians(lat2 - lat1)) + haversine(radians(lon2 - lon1)) * Math.cos(radians(lat1)) * Math.cos(radians(lat2))
  return 2 * Math.asin(Math.sqrt(share)) * radiusOf(units)
}

const coordinates = ['lat1', 'lon1', 'lat2', 'lon2'].map(name => p(name, DOUBLE))

export const geoFunctions = [
  scalar(
    'GEO_DISTANCE',
    'other',
    'The great-circle distance of two points in decimal degrees, in kilometres (km) or miles (mi).',
    [
      overload([...coordinates, p('units', VARCHAR)], DOUBLE, geoDistance, NULL_SAFE),
      overload(coordinates, DOUBLE, geoDistance, NULL_SAFE),
    ],
  ),
]
