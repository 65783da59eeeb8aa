/** Where things are shown. Names are only known at run time, so they stand in the query string of exported pages. */
export const routes = {
  topic: (name: string) => `/topics/view?name=${encodeURIComponent(name)}`,
  source: (name: string) => `/sources/view?name=${encodeURIComponent(name)}`,
  query: (id: string) => `/queries/view?id=${encodeURIComponent(id)}`,
  sql: (text: string) => `/sql?sql=${encodeURIComponent(text)}`,
} as const
