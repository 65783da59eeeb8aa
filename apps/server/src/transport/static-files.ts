import {createReadStream} from 'node:fs'
import {stat} from 'node:fs/promises'
import type {ServerResponse} from 'node:http'
import {extname, join, normalize, sep} from 'node:path'

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json; charset=utf-8',
}

/** Serves an exported site: `/topics` is `topics.html` or `topics/index.html`; unknown paths get its 404 page. */
export function staticFiles(root: string): (path: string, response: ServerResponse, isHead: boolean) => Promise<void> {
  const find = async (path: string): Promise<string | undefined> => {
    const inside = normalize(join(root, path))
    if (inside !== root && !inside.startsWith(root + sep)) return undefined
    for (const candidate of [inside, `${inside}.html`, join(inside, 'index.html')])
      if ((await stat(candidate).catch(() => undefined))?.isFile()) return candidate
    return undefined
  }
  return async (path, response, isHead) => {
    const file = await find(decodePath(path))
    const found = file ?? join(root, '404.html')
    const size = await stat(found).catch(() => undefined)
    if (!size) {
      response.writeHead(404, {'content-type': 'text/plain; charset=utf-8'}).end('Not found: the dashboard is not built.\n')
      return
    }
    response.writeHead(file ? 200 : 404, {
      'content-type': mediaTypes[extname(found)] ?? 'application/octet-stream',
      'content-length': size.size,
      'cache-control': path.startsWith('/_next/static/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    if (isHead) response.end()
    else createReadStream(found).pipe(response)
  }
}

/** A path that can't be decoded names no file. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return '/404'
  }
}
