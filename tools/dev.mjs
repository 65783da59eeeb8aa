// `npm run dev`: the compiler, the server and the dashboard with reload, behind one port as in production.
import {spawn} from 'node:child_process'
import {createServer, request} from 'node:http'
import {connect, createServer as createTcpServer} from 'node:net'

const port = Number(process.env.PORT ?? 4000)
const host = process.env.HOST ?? '127.0.0.1'
const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createTcpServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const {port: free} = probe.address()
      probe.close(() => resolve(free))
    })
  })
const serverPort = await freePort()
const pagesPort = await freePort()
/** The server's own paths; everything else is a page. */
const portOf = url => (/^\/(graphql|healthz|readyz|metrics)(\?|$)/.test(url) ? serverPort : pagesPort)

const children = []
const run = (command, args, env = {}) => {
  const child = spawn(command, args, {stdio: ['ignore', 'inherit', 'inherit'], env: {...process.env, ...env}})
  children.push(child)
  return child
}
await new Promise(resolve => run('npx', ['tsc', '-b']).once('exit', resolve))
run('npx', ['tsc', '-b', '--watch', '--preserveWatchOutput'])
run('node', ['--watch', '--watch-preserve-output', 'apps/server/dist/main.js'], {PORT: String(serverPort), HOST: '127.0.0.1'})
run('npm', ['run', '-s', 'dev', '-w', '@millrace/dashboard', '--', '--port', String(pagesPort), '--hostname', '127.0.0.1'])

const front = createServer((incoming, outgoing) => {
  const {method, url, headers} = incoming
  const onward = request({host: '127.0.0.1', port: portOf(url), method, path: url, headers}, answer => {
    outgoing.writeHead(answer.statusCode, answer.headers)
    answer.pipe(outgoing)
  })
  onward.once('error', () => outgoing.writeHead(502).end('Not up yet: it builds or restarts. Try again.\n'))
  outgoing.once('close', () => onward.destroy())
  incoming.pipe(onward)
})
front.on('upgrade', ({method, url, rawHeaders}, socket, head) => {
  const onward = connect(portOf(url), '127.0.0.1', () => {
    const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []))
    onward.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    socket.pipe(onward).pipe(socket)
  })
  for (const [one, other] of [
    [onward, socket],
    [socket, onward],
  ])
    one.once('error', () => other.destroy()).once('close', () => other.destroy())
})
front.listen(port, host, () => console.log(`\nMillrace, reloading: http://${host}:${port}\n`))

const stop = () => {
  for (const child of children) child.kill('SIGTERM')
  front.close()
  front.closeAllConnections()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
