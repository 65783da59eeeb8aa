import {INT, VARCHAR} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {FunctionDefinition} from './definition.ts'
import {overload, p, scalar} from './define.ts'
import {decodePercent, parseUri} from './uri.ts'
import type {Uri} from './uri.ts'

/** As HTML forms encode a value: blank as `+`, letters, digits and `-_.*` as they are. */
const encodeParameter = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

const decodeParameter = (text: string) => decodePercent(text.replaceAll('+', ' '))

function findParameter(url: string, name: string): string | null {
  const {query} = parseUri(url)
  for (const pair of query?.split('&') ?? []) {
    const [key = '', ...rest] = pair.split('=')
    if (key === name) return rest.join('=')
  }
  return null
}

const part = (name: string, description: string, type: SqlType, read: (uri: Uri) => unknown): FunctionDefinition =>
  scalar(name, 'url', `${description} Text that is no URL is an error.`, [
    overload([p('input', VARCHAR)], type, (input: string) => read(parseUri(input))),
  ])

export const urlFunctions = [
  scalar('URL_DECODE_PARAM', 'url', 'The text that an encoded URL parameter stands for.', [
    overload([p('input', VARCHAR)], VARCHAR, decodeParameter),
  ]),
  scalar('URL_ENCODE_PARAM', 'url', 'The text encoded so that it can stand as a parameter in a URL.', [
    overload([p('input', VARCHAR)], VARCHAR, encodeParameter),
  ]),
  part('URL_EXTRACT_FRAGMENT', 'What follows the # of a URL, decoded; NULL if there is none.', VARCHAR, uri => uri.fragment),
  part('URL_EXTRACT_HOST', 'The host of a URL; NULL if there is none.', VARCHAR, uri => uri.host),
  scalar(
    'URL_EXTRACT_PARAMETER',
    'url',
    'The decoded value of the first query parameter of that name; empty if it has no value, NULL if it is not there.',
    [overload([p('input', VARCHAR), p('paramToFind', VARCHAR)], VARCHAR, findParameter)],
  ),
  part('URL_EXTRACT_PATH', 'The decoded path of a URL, possibly empty.', VARCHAR, uri => uri.path),
  part('URL_EXTRACT_PORT', 'The port number that a URL names; NULL if it names none.', INT, uri => uri.port),
  part('URL_EXTRACT_PROTOCOL', 'The scheme of a URL, such as https; NULL if there is none.', VARCHAR, uri => uri.scheme),
  part(
    'URL_EXTRACT_QUERY',
    'What stands between the ? and the # of a URL, decoded; NULL if there is none.',
    VARCHAR,
    uri => uri.query,
  ),
]
