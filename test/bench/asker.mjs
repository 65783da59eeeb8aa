// A client of the server in a thread of its own, as clients are: what it does with answers is not the server's work.
import {parentPort, workerData} from 'node:worker_threads'

const {url} = workerData

/** Asks each of the queries once, one after the other, and answers with how long each took, ms. */
async function askAll(queries) {
  const times = []
  for (const query of queries) {
    const fromMs = performance.now()
    const headers = {'content-type': 'application/json', accept: 'application/json'}
    const answer = await fetch(`${url}/graphql`, {method: 'POST', headers, body: JSON.stringify({query})})
    const {errors} = JSON.parse(await answer.text())
    if (errors) throw new Error(errors[0]?.message)
    times.push(performance.now() - fromMs)
  }
  parentPort.postMessage(times)
}

parentPort.on('message', queries => void askAll(queries))
