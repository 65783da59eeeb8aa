import {EvaluationError} from '../evaluation-error.ts'

/** The parts of a URI as RFC 2396 names them (and java.net.URI reads them): path, query and fragment decoded; NULL where absent. */
export type Uri = {
  readonly scheme: string | null
  readonly host: string | null
  readonly port: number | null
  readonly path: string | null
  readonly query: string | null
  readonly fragment: string | null
}

const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s
const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*$/
// oxlint-disable-next-line no-control-regex -- URIs forbid them
const ILLEGAL = /[\u0000-\u0020\u007f-\u00a0"<>\\^`{|}\u2028\u2029]|%(?![0-9a-fA-F]{2})/u
/** A host name's last label begins with a letter, or the host is four numbers, or IPv6 in brackets. Anything else names no host. */
const AUTHORITY =
  /^(?:[^@]*@)?((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)*[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.?|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.%]+\])(?::(\d*))?$/

/** Throws EvaluationError for text that is no URI. */
export function parseUri(text: string): Uri {
  const match = PARTS.exec(text)
  if (match === null || text === '' || ILLEGAL.test(text)) return refuse(text)
  const [, scheme, authority, path = '', query, fragment] = match
  if (scheme !== undefined && !SCHEME.test(scheme)) return refuse(text)
  if (/[[\]]/.test(path) || (scheme === undefined && path.startsWith(':'))) return refuse(text)
  if (scheme !== undefined && authority === undefined && path === '' && query === undefined) return refuse(text)
  if (authority === '' && path === '') return refuse(text)

  const found = AUTHORITY.exec(authority ?? '')
  const isOpaque = scheme !== undefined && authority === undefined && !path.startsWith('/')
  const decoded = (part: string | undefined) => (part === undefined ? null : decodePercent(part))
  return {
    scheme: scheme ?? null,
    host: found?.[1] ?? null,
    port: found?.[2] ? Number(found[2]) : null,
    path: isOpaque ? null : decodePercent(path),
    query: isOpaque ? null : decoded(query),
    fragment: decoded(fragment),
  }
}

function refuse(text: string): never {
  throw new EvaluationError(`URL input has invalid syntax: ${text}`)
}

/** Percent-encoded UTF-8 decoded; bytes that are no UTF-8 become U+FFFD. Throws EvaluationError for a `%` without two digits. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[^%]{0,2})+/g, run => {
    const encoded = /^(?:%[0-9a-fA-F]{2})+/.exec(run)?.[0] ?? ''
    if (run.slice(encoded.length).includes('%'))
      throw new EvaluationError(`'${text}' has a % without two hexadecimal digits after it`)
    return Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('utf8') + run.slice(encoded.length)
  })
}
