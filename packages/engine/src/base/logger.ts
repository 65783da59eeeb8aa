/** Where the engine reports what a person should know. pino's loggers fit this shape. */
export interface Logger {
  debug(details: Readonly<Record<string, unknown>>, message: string): void
  info(details: Readonly<Record<string, unknown>>, message: string): void
  warn(details: Readonly<Record<string, unknown>>, message: string): void
  error(details: Readonly<Record<string, unknown>>, message: string): void
}

const silent = () => {}
export const silentLogger: Logger = {debug: silent, info: silent, warn: silent, error: silent}
