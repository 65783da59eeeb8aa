import {availableParallelism} from 'node:os'
import {resolve} from 'node:path'
import {z} from 'zod'

/** Settings from the environment, parsed once; all that is wrong is reported together. */
export type Config = {
  readonly port: number
  readonly host: string
  readonly redis: {readonly url: string; readonly mode: 'standalone' | 'sentinel' | 'cluster'} | undefined
  readonly dataDir: string
  readonly namespace: string
  readonly engineThreads: number
  /** Absolute path of a module of SQL functions. */
  readonly functionsModule: string | undefined
  readonly logLevel: string
}

const integer = (from: number, to: number) =>
  z.string().transform((text, context) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= from && value <= to) return value
    context.addIssue({code: 'custom', message: `found '${text}', expected an integer from ${from} to ${to}`})
    return z.NEVER
  })

const redisUrl = z.string().refine(text => text.split(',').every(part => /^rediss?:\/\/.+/.test(part.trim())), {
  error: issue => `found '${String(issue.input)}', expected redis:// or rediss:// addresses, separated by commas`,
})

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, {error: issue => `found '${String(issue.input)}', expected one of ${values.join(', ')}`})

const environment = z.object({
  PORT: integer(0, 65_535).default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  REDIS_URL: redisUrl.optional(),
  REDIS_MODE: oneOf('standalone', 'sentinel', 'cluster').default('standalone'),
  DATA_DIR: z.string().min(1).default('.millrace'),
  NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, {
      error: issue => `found '${String(issue.input)}', expected 1 to 64 letters, digits, '_', '.', '-'`,
    })
    .default('millrace'),
  ENGINE_THREADS: integer(1, 64).optional(),
  /** A module that exports SQL functions of one's own. */
  MILLRACE_FUNCTIONS: z.string().min(1).optional(),
  LOG_LEVEL: oneOf('debug', 'info', 'warn', 'error', 'silent').default('warn'),
})

/** The configuration, or every problem as one line each. An empty variable counts as absent. */
export function parseConfig(variables: NodeJS.ProcessEnv): {config: Config} | {problems: readonly string[]} {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) return {problems: parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)}
  const it = parsed.data
  return {
    config: {
      port: it.PORT,
      host: it.HOST,
      redis: it.REDIS_URL === undefined ? undefined : {url: it.REDIS_URL, mode: it.REDIS_MODE},
      dataDir: it.DATA_DIR,
      namespace: it.NAMESPACE,
      engineThreads: it.ENGINE_THREADS ?? Math.max(1, availableParallelism() - 1),
      functionsModule: it.MILLRACE_FUNCTIONS === undefined ? undefined : resolve(it.MILLRACE_FUNCTIONS),
      logLevel: it.LOG_LEVEL,
    },
  }
}
