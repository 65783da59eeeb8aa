import type {Random} from '../../packages/engine/src/base/random.ts'

/** A made-up log of an sshd, and what is in it as its maker counted, not as anybody read it. */
export type SshdLog = {
  /** Lines end in CR LF, but for the last, which has no end. */
  readonly text: string
  readonly lines: number
  /** Their messages, in the order of the lines. Each is unique. */
  readonly invalidUsers: readonly string[]
  /** "Failed password" at the begin of the message, by source address. */
  readonly failedPasswords: ReadonlyMap<string, number>
}

/** Every line has a process id of its own: its number. */
export function makeSshdLog(random: Random, lines: number): SshdLog {
  const addresses = Array.from({length: 40}, (_, i) => `10.${i % 7}.${random.int(250)}.${i}`)
  const invalidUsers: string[] = []
  const failedPasswords = new Map<string, number>()
  const text = Array.from({length: lines}, (_, i) => {
    const address = addresses[Math.min(random.int(40), random.int(40))] ?? ''
    const kind = random.int(10)
    const message = messages[kind]?.(i, address, 1024 + random.int(60_000)) ?? ''
    if (kind === invalidUser) invalidUsers.push(message)
    if (kind <= 2) failedPasswords.set(address, (failedPasswords.get(address) ?? 0) + 1)
    return `Dec 10 ${clock(i)} LabSZ sshd[${i}]: ${message}`
  }).join('\r\n')
  return {text, lines, invalidUsers, failedPasswords}
}

const invalidUser = 3

/** The first three are failed passwords; the fourth is an invalid user; some of the rest look like them and are not. */
const messages: readonly ((i: number, address: string, port: number) => string)[] = [
  (_, address, port) => `Failed password for root from ${address} port ${port} ssh2`,
  (_, address, port) => `Failed password for root from ${address} port ${port} ssh2`,
  (i, address, port) => `Failed password for invalid user guest${i} from ${address} port ${port} ssh2`,
  (i, address) => `Invalid user guest${i} from ${address}`,
  i => `input_userauth_request: invalid user guest${i} [preauth]`,
  (_, address, port) => `message repeated 2 times: [ Failed password for root from ${address} port ${port} ssh2]`,
  (_, address) => `Connection closed by ${address} [preauth]`,
  (_, address) => `Received disconnect from ${address}: 11: Bye Bye [preauth]`,
  (_, address) => `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${address}  user=root`,
  (_, address, port) => `Accepted password for fztu from ${address} port ${port} ssh2`,
]

const clock = (second: number): string => new Date(second * 1000).toISOString().slice(11, 19)

export type SyslogRecord = {
  readonly timestamp: number
  readonly value: {readonly HOST: string; readonly PROGRAM: string; readonly PID: number; readonly MESSAGE: string}
}

/** Lines as records of `syslog`, split by the client. Lines don't name their year: 2024, UTC. */
export function syslogRecords(text: string): SyslogRecord[] {
  return text
    .split('\n')
    .map(line => line.replace(/\r$/, ''))
    .filter(line => line !== '')
    .map(line => {
      const found = /^(\w{3} +\d+ \d\d:\d\d:\d\d) (\S+) (\w+)\[(\d+)\]: (.*)$/.exec(line)
      if (!found) throw new Error(`this is no line of a syslog: ${line}`)
      const [, time, host = '', program = '', pid, message = ''] = found
      const timestamp = Date.parse(`${time} 2024 UTC`)
      return {timestamp, value: {HOST: host, PROGRAM: program, PID: Number(pid), MESSAGE: message}}
    })
}
